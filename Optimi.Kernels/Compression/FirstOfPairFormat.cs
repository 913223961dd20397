namespace Optimi.Kernels;

/// <summary>The first moment of a pair, with the memory of both.</summary>
internal readonly struct FirstOfPairFormat : IGroupFormat
{
    /// <inheritdoc/>
    public static StateFormat Format => StateFormat.FirstOfPair;

    /// <inheritdoc/>
    public static int BytesPerUnit => 4;
}
