namespace Optimi;

/// <summary>How the numbers of a tensor are stored. Arithmetic is float32 throughout.</summary>
public enum DType
{
    /// <summary>IEEE 754 binary32, 4 bytes.</summary>
    Float32,

    /// <summary>bfloat16, 2 bytes: the range of float32 with 8 bits of precision.</summary>
    BFloat16,

    /// <summary>IEEE 754 binary16, 2 bytes: 11 bits of precision, but nothing beyond 65,504 and little below 6e-8.</summary>
    Float16,
}
