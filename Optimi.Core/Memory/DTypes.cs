using Optimi.Kernels;

namespace Optimi;

/// <summary>What the storage types mean for memory: the one table of it.</summary>
internal static class DTypes
{
    /// <summary>Bytes of a number.</summary>
    public static int Bytes(this DType dtype) => dtype == DType.Float32 ? sizeof(float) : sizeof(ushort);

    /// <summary>Bytes of a tile.</summary>
    public static int TileBytes(this DType dtype) => Tile.Length * dtype.Bytes();

    /// <summary>Whether an update may be too small for the parameter to change, so that Kahan summation pays.</summary>
    public static bool IsLowPrecision(this DType dtype) => dtype != DType.Float32;

    /// <summary>Whether a state can be stored so under parameters of a type.</summary>
    public static bool IsStateOf(this DType state, DType parameter) =>
        state == parameter || state == DType.Float32 || (state == DType.BFloat16 && parameter.IsLowPrecision());

    /// <summary>The host's type of a number.</summary>
    public static Type Element(this DType dtype) => dtype switch
    {
        DType.Float32 => typeof(float),
        DType.BFloat16 => typeof(BFloat16),
        _ => typeof(Half),
    };

    /// <summary>Checks that a value is one of the enumeration.</summary>
    /// <exception cref="ParameterException">It is not.</exception>
    public static DType Checked(this DType dtype) => Enum.IsDefined(dtype)
        ? dtype
        : throw new ParameterException(
            FormattableString.Invariant($"{(int)dtype} is no storage type;")
            + $" use one of {string.Join(", ", Enum.GetNames<DType>())}.");
}
