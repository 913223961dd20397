using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Optimi.Bench;

/// <summary>The numbers that parameters start from: the same few in every tensor, over and over, so that the results of all
/// are known from one of them.</summary>
internal static class TestData
{
    /// <summary>How many different numbers a tensor has.</summary>
    public const int Period = 256;

    /// <summary>Gradients are the values of other places.</summary>
    private const int GradientShift = 37;

    private static float[] _numbers = [];

    /// <summary>Writes values and gradients.</summary>
    public static void Start(IReadOnlyList<Parameter> parameters)
    {
        ReadOnlySpan<float> numbers = Numbers((int)parameters.Max(parameter => parameter.Length) + GradientShift);
        foreach (Parameter parameter in parameters)
        {
            parameter.Value.CopyFrom(numbers[..(int)parameter.Length]);
            parameter.Gradient.CopyFrom(numbers.Slice(GradientShift, (int)parameter.Length));
        }
    }

    /// <summary>
    /// Halves the gradients. A rule that bounds its update by a mean over the tensor then does not, so that tensors whose ends
    /// cut the numbers off in different places still have the same results.
    /// </summary>
    public static void HalveGradients(IReadOnlyList<Parameter> parameters)
    {
        int length = (int)parameters.Max(parameter => parameter.Length);
        float[] halves = ArrayPool<float>.Shared.Rent(length);
        TensorPrimitives.Multiply(Numbers(length + GradientShift).Slice(GradientShift, length), 0.5f, halves);
        foreach (Parameter parameter in parameters)
            parameter.Gradient.CopyFrom(halves.AsSpan(0, (int)parameter.Length));
        ArrayPool<float>.Shared.Return(halves);
    }

    /// <summary>Where numbers first differ from some that are repeated over and over, bit for bit; -1 if nowhere.</summary>
    public static int FirstDifference(ReadOnlySpan<float> numbers, ReadOnlySpan<float> repeated)
    {
        ReadOnlySpan<uint> expected = MemoryMarshal.Cast<float, uint>(repeated);
        for (int at = 0; at < numbers.Length; at += expected.Length)
        {
            ReadOnlySpan<uint> actual = MemoryMarshal.Cast<float, uint>(
                numbers.Slice(at, Math.Min(expected.Length, numbers.Length - at)));
            int equal = actual.CommonPrefixLength(expected);
            if (equal < actual.Length)
                return at + equal;
        }

        return -1;
    }

    /// <summary>At least so many numbers; kept, for they take longer to make than a step.</summary>
    private static ReadOnlySpan<float> Numbers(int length)
    {
        if (_numbers.Length < length)
        {
            _numbers = new float[length];
            for (int i = 0; i < length; i++)
                _numbers[i] = ((i % Period) - 127.5f) / Period;
        }

        return _numbers;
    }
}
