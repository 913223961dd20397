using System.Globalization;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// A bfloat16 number: the upper 16 bits of a float32, so its range with 8 bits of precision. Two bytes, for memory that is
/// shared with a device or a file; arithmetic is done in float32.
/// </summary>
/// <param name="bits">The bit pattern.</param>
public readonly struct BFloat16(ushort bits) : IEquatable<BFloat16>
{
    /// <summary>The bit pattern: sign, 8 bits of exponent, 7 bits of fraction.</summary>
    public ushort Bits { get; } = bits;

    /// <summary>The nearest bfloat16 number, ties to even; beyond the largest, infinity; every NaN becomes 0x7FC0.</summary>
    /// <param name="value">The number.</param>
    public static explicit operator BFloat16(float value) =>
        new((ushort)(Exact.SoftRound(Exact.SoftPlainNaN(value)) >> 16));

    /// <summary>The same number as a float32; always exact.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.Bits << 16);

    /// <summary>Whether two have the same bits.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    public static bool operator ==(BFloat16 left, BFloat16 right) => left.Bits == right.Bits;

    /// <summary>Whether two have different bits.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    public static bool operator !=(BFloat16 left, BFloat16 right) => left.Bits != right.Bits;

    /// <inheritdoc/>
    public bool Equals(BFloat16 other) => Bits == other.Bits;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Bits;

    /// <inheritdoc/>
    public override string ToString() => ((float)this).ToString(CultureInfo.InvariantCulture);
}
