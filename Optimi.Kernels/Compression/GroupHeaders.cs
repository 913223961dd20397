namespace Optimi.Kernels;

/// <summary>What headers of groups take.</summary>
internal static class GroupHeaders
{
    /// <summary>Bytes of a tile's headers of a state.</summary>
    /// <param name="format">How the state is stored.</param>
    public static int BytesPerTile(StateFormat format) => format switch
    {
        StateFormat.FirstOfPair => Pair16.HeaderBytesPerTile,
        StateFormat.Signed or StateFormat.SignedByPair => Signed8.HeaderBytesPerTile,
        _ => 0,
    };
}
