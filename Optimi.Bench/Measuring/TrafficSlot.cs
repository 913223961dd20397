using Optimi.Kernels;

namespace Optimi.Bench;

/// <summary>What a pass touches of each parameter.</summary>
/// <param name="Name"><c>value</c>, <c>gradient</c>, or the name of the state or of the stored part.</param>
/// <param name="TileBytes">How much memory 256 parameters have of it.</param>
/// <param name="IsWritten">Whether it is written as well as read.</param>
/// <param name="IsPart">Whether it is a part of what is stored in few bits, of which there is no view.</param>
internal sealed record TrafficSlot(string Name, int TileBytes, bool IsWritten, bool IsPart = false)
{
    public const string Value = "value";

    public const string Gradient = "gradient";

    /// <summary>Bytes that cross the memory bus for each parameter.</summary>
    public double BytesMoved => (IsWritten ? 2.0 : 1.0) * TileBytes / Tile.Length;

    /// <summary>Bytes of a stored number.</summary>
    public static int BytesOf(DType dtype) => dtype == DType.Float32 ? sizeof(float) : sizeof(ushort);

    /// <summary>Bytes of a tile of a stored part: headers have a few for each group, all else has a number for each parameter.</summary>
    public static int TileBytesOf(StoredPart part) => part.Type switch
    {
        "U32" => Pair16.HeaderBytesPerTile,
        "U16" when part.Name.EndsWith(StateName.Headers, StringComparison.Ordinal) => Signed8.HeaderBytesPerTile,
        "U16" or "I16" => sizeof(ushort) * Tile.Length,
        _ => sizeof(byte) * Tile.Length,
    };
}
