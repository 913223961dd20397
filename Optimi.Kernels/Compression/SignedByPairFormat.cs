namespace Optimi.Kernels;

/// <summary>8 bits with a sign, relative to the root of the pair's second moment.</summary>
internal readonly struct SignedByPairFormat : IGroupFormat
{
    /// <inheritdoc/>
    public static StateFormat Format => StateFormat.SignedByPair;

    /// <inheritdoc/>
    public static int BytesPerUnit => 2;
}
