namespace Optimi;

/// <summary>What the elements of slots mean for memory: the one table of it.</summary>
internal static class SlotElements
{
    /// <summary>Numbers of a storage type.</summary>
    /// <exception cref="ParameterException">It is none.</exception>
    public static SlotElement Of(DType dtype) => (SlotElement)dtype.Checked();

    /// <summary>Integers of a type.</summary>
    /// <exception cref="ParameterException">There is no such type.</exception>
    public static SlotElement Of(CodeType type) => type switch
    {
        CodeType.UInt16 => SlotElement.UInt16,
        CodeType.Int8 => SlotElement.Int8,
        CodeType.Int16 => SlotElement.Int16,
        CodeType.UInt8 => SlotElement.UInt8,
        _ => throw new ParameterException(
            FormattableString.Invariant($"{(int)type} is no type of codes;")
            + $" use one of {string.Join(", ", Enum.GetNames<CodeType>())}."),
    };

    /// <summary>What memory of a format consists of; null if the format takes none.</summary>
    public static SlotElement? Of(SlotFormat format) => format switch
    {
        SlotFormat.Pair16 => SlotElement.UInt16,
        SlotFormat.Pair16Second => null,
        SlotFormat.Signed8 or SlotFormat.Signed8ByPair or SlotFormat.LowBits8 => SlotElement.Int8,
        SlotFormat.LowBits16 => SlotElement.Int16,
        SlotFormat.Headers => SlotElement.UInt8,
        _ => (SlotElement)format,
    };

    /// <summary>Bytes of one.</summary>
    public static int Bytes(this SlotElement element) => element switch
    {
        SlotElement.Float32 => sizeof(float),
        SlotElement.Int8 or SlotElement.UInt8 => sizeof(byte),
        _ => sizeof(ushort),
    };

    /// <summary>The storage type; null for integers.</summary>
    public static DType? Numbers(this SlotElement element) => element <= SlotElement.Float16 ? (DType)element : null;

    /// <summary>The type of the integers; null for numbers.</summary>
    public static CodeType? Codes(this SlotElement element) => element switch
    {
        SlotElement.UInt16 => CodeType.UInt16,
        SlotElement.Int8 => CodeType.Int8,
        SlotElement.Int16 => CodeType.Int16,
        SlotElement.UInt8 => CodeType.UInt8,
        _ => null,
    };

    /// <summary>The storage type, where memory must consist of numbers.</summary>
    /// <exception cref="ParameterException">It consists of integers.</exception>
    public static DType RequireNumbers(this SlotElement element) => element.Numbers() ?? throw new ParameterException(
        $"The memory consists of {element} integers, not of numbers; pass numbers of {string.Join(", ", Enum.GetNames<DType>())}.");
}
