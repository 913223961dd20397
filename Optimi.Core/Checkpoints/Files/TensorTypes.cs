namespace Optimi;

/// <summary>The names that files give to the types of numbers: those of the safetensors format.</summary>
internal static class TensorTypes
{
    public const string Float64 = "F64";
    public const string Float32 = "F32";
    public const string Float16 = "F16";
    public const string BFloat16 = "BF16";
    public const string Int64 = "I64";
    public const string Int32 = "I32";
    public const string Int16 = "I16";
    public const string Int8 = "I8";
    public const string UInt32 = "U32";
    public const string UInt16 = "U16";
    public const string UInt8 = "U8";
    public const string Boolean = "BOOL";

    /// <summary>Bytes of a number; 0 for a type that is unknown.</summary>
    public static int SizeOf(string type) => type switch
    {
        Boolean or UInt8 or Int8 or "F8_E4M3" or "F8_E5M2" or "F8_E8M0" => 1,
        Int16 or UInt16 or Float16 or BFloat16 => 2,
        Int32 or UInt32 or Float32 => 4,
        Int64 or "U64" or Float64 or "C64" => 8,
        _ => 0,
    };

    /// <summary>The storage type that Optimi has for it; null if it has none.</summary>
    public static DType? DTypeOf(string type) => type switch
    {
        Float32 => DType.Float32,
        BFloat16 => DType.BFloat16,
        Float16 => DType.Float16,
        _ => null,
    };

    /// <summary>How files call a storage type.</summary>
    public static string Of(DType dtype) => dtype switch
    {
        DType.Float32 => Float32,
        DType.BFloat16 => BFloat16,
        _ => Float16,
    };
}
