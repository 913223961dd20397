namespace Optimi.Bench;

/// <summary>Host memory that a pass walks through.</summary>
/// <param name="Address">Where it starts.</param>
/// <param name="Width">Bytes for each parameter.</param>
/// <param name="IsWritten">Whether it is written as well as read.</param>
internal readonly record struct StreamSlab(nint Address, int Width, bool IsWritten);
