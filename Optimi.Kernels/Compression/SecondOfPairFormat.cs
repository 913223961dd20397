namespace Optimi.Kernels;

/// <summary>The second moment of a pair.</summary>
internal readonly struct SecondOfPairFormat : IGroupFormat
{
    /// <inheritdoc/>
    public static StateFormat Format => StateFormat.SecondOfPair;

    /// <inheritdoc/>
    public static int BytesPerUnit => 0;
}
