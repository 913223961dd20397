namespace Optimi;

/// <summary>What the memory of a slot consists of: numbers of a storage type, or integers.</summary>
internal enum SlotElement
{
    /// <summary>Numbers of <see cref="DType.Float32"/>.</summary>
    Float32 = DType.Float32,

    /// <summary>Numbers of <see cref="DType.BFloat16"/>.</summary>
    BFloat16 = DType.BFloat16,

    /// <summary>Numbers of <see cref="DType.Float16"/>.</summary>
    Float16 = DType.Float16,

    /// <summary>Integers of <see cref="CodeType.UInt16"/>.</summary>
    UInt16,

    /// <summary>Integers of <see cref="CodeType.Int8"/>.</summary>
    Int8,

    /// <summary>Integers of <see cref="CodeType.Int16"/>.</summary>
    Int16,

    /// <summary>Integers of <see cref="CodeType.UInt8"/>.</summary>
    UInt8,
}
