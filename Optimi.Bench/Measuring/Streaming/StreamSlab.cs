namespace Optimi.Bench;

/// <summary>Host memory that a pass walks through.</summary>
/// <param name="Address">Where it starts.</param>
/// <param name="Bytes">How long it is.</param>
/// <param name="IsWritten">Whether it is written as well as read.</param>
internal readonly record struct StreamSlab(nint Address, long Bytes, bool IsWritten);
