namespace Optimi;

/// <summary>The integers that memory of the caller's holds for what is stored in few bits.</summary>
public enum CodeType
{
    /// <summary>Both moments of a number together.</summary>
    UInt16,

    /// <summary>A state without a partner, or the low bits of a weight of 24 bits.</summary>
    Int8,

    /// <summary>The low bits of a weight of 32 bits.</summary>
    Int16,

    /// <summary>The headers of groups, byte by byte.</summary>
    UInt8,
}
