using Optimi.Kernels;

namespace Optimi;

/// <summary>What the formats of split weights mean outside of steps.</summary>
internal static class SplitWeights
{
    /// <summary>The format whose low bits are stored so; null if none is.</summary>
    /// <param name="type">Their type, as checkpoints call it.</param>
    public static WeightFormat? Of(string type) => type switch
    {
        TensorTypes.Int8 => WeightFormat.Split24,
        TensorTypes.Int16 => WeightFormat.Split32,
        _ => null,
    };

    /// <summary>Whether values have low bits.</summary>
    public static bool IsSplit(this WeightFormat format) => format is WeightFormat.Split24 or WeightFormat.Split32;

    /// <summary>How checkpoints call the type of low bits.</summary>
    public static string LowType(this WeightFormat format) =>
        format == WeightFormat.Split24 ? TensorTypes.Int8 : TensorTypes.Int16;

    /// <summary>Joins values and their low bits.</summary>
    public static void Join(this WeightFormat format, ReadOnlySpan<byte> values, ReadOnlySpan<byte> lowBits, Span<float> weights)
    {
        if (format == WeightFormat.Split24)
            SplitCodec<SplitWeights24>.Join(values, lowBits, weights);
        else
            SplitCodec<SplitWeights32>.Join(values, lowBits, weights);
    }

    /// <summary>Splits weights, rounded to the nearest.</summary>
    public static void Split(this WeightFormat format, ReadOnlySpan<float> weights, Span<byte> values, Span<byte> lowBits)
    {
        if (format == WeightFormat.Split24)
            SplitCodec<SplitWeights24>.Split(weights, values, lowBits);
        else
            SplitCodec<SplitWeights32>.Split(weights, values, lowBits);
    }
}
