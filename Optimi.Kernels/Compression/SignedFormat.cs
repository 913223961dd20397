namespace Optimi.Kernels;

/// <summary>8 bits with a sign.</summary>
internal readonly struct SignedFormat : IGroupFormat
{
    /// <inheritdoc/>
    public static StateFormat Format => StateFormat.Signed;

    /// <inheritdoc/>
    public static int BytesPerUnit => 2;
}
