namespace Optimi.Bench;

/// <summary>One number of each parameter that a pass touches.</summary>
/// <param name="Name"><c>value</c>, <c>gradient</c>, or the state's name.</param>
/// <param name="Bytes">How it is stored: 2 or 4 bytes a parameter.</param>
/// <param name="IsWritten">Whether it is written as well as read.</param>
internal sealed record TrafficSlot(string Name, int Bytes, bool IsWritten)
{
    public const string Value = "value";

    public const string Gradient = "gradient";

    /// <summary>Bytes that cross the memory bus for each parameter.</summary>
    public int BytesMoved => IsWritten ? 2 * Bytes : Bytes;

    /// <summary>Bytes of a stored number.</summary>
    public static int BytesOf(DType dtype) => dtype == DType.Float32 ? sizeof(float) : sizeof(ushort);
}
