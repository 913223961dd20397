using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Optimi.Kernels;

/// <summary>A register of 8 numbers: a 256-bit hardware vector of the host.</summary>
/// <param name="value">The numbers.</param>
internal readonly partial struct Vector256Lane(Vector256<float> value) : ILane<Vector256Lane>
{
    private readonly Vector256<float> _value = value;

    private Vector256<uint> Bits => _value.AsUInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane operator +(Vector256Lane left, Vector256Lane right) => new(left._value + right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane operator -(Vector256Lane left, Vector256Lane right) => new(left._value - right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane operator *(Vector256Lane left, Vector256Lane right) => new(left._value * right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane operator /(Vector256Lane left, Vector256Lane right) => new(left._value / right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane operator -(Vector256Lane value) => new(-value._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane Splat(float value) => new(Vector256.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane MultiplyAdd(Vector256Lane a, Vector256Lane b, Vector256Lane c) =>
        new(Vector256.FusedMultiplyAdd(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane Sqrt(Vector256Lane x) => new(Vector256.Sqrt(x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane Max(Vector256Lane a, Vector256Lane b)
    {
        // The instruction is a > b ? a : b, with NaN and with zeros of both signs, too.
        return new(Avx.Max(a._value, b._value));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane Sign(Vector256Lane x)
    {
        Vector256<float> zero = Vector256<float>.Zero;
        Vector256<float> zeroOrNaN = Vector256.ConditionalSelect(Vector256.Equals(x._value, zero), zero, x._value);
        Vector256<float> negative = Vector256.ConditionalSelect(
            Vector256.LessThan(x._value, zero), -Vector256<float>.One, zeroOrNaN);
        return new(Vector256.ConditionalSelect(
            Vector256.GreaterThan(x._value, zero), Vector256<float>.One, negative));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane Choose(Vector256Lane condition, Vector256Lane whenNonZero, Vector256Lane whenZero) =>
        new(Vector256.ConditionalSelect(
            Vector256.Equals(condition._value, Vector256<float>.Zero), whenZero._value, whenNonZero._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane LowBFloat16(Vector256Lane words) => new((words.Bits << 16).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane HighBFloat16(Vector256Lane words) =>
        new((words.Bits & Vector256.Create(0xFFFF0000u)).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane RoundToBFloat16(Vector256Lane x) =>
        new((RoundedBits(x) & Vector256.Create(0xFFFF0000u)).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane PlainNaN(Vector256Lane x) => new(Vector256.ConditionalSelect(
        Vector256.Equals(x._value, x._value), x._value, Vector256.Create(Exact.PlainNaNBits).AsSingle()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane OneNaN(Vector256Lane x) =>
        PlainNaN(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane JoinBFloat16(Vector256Lane low, Vector256Lane high) =>
        new(((low.Bits >>> 16) | high.Bits).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane PackBFloat16(Vector256Lane low, Vector256Lane high) =>
        new(((RoundedBits(low) >>> 16) | (RoundedBits(high) & Vector256.Create(0xFFFF0000u))).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane LowFloat16(Vector256Lane words) => new(Widened(words.Bits & Vector256.Create(0xFFFFu)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane HighFloat16(Vector256Lane words) => new(Widened(words.Bits >>> 16));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane RoundToFloat16(Vector256Lane x) => new(Widened(Narrowed(x._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane PackFloat16(Vector256Lane low, Vector256Lane high) =>
        new((Narrowed(low._value) | (Narrowed(high._value) << 16)).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane Even(Vector256Lane first, Vector256Lane second) =>
        new(Vector256.Narrow(first._value.AsUInt64(), second._value.AsUInt64()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane Odd(Vector256Lane first, Vector256Lane second) =>
        new(Vector256.Narrow(first._value.AsUInt64() >>> 32, second._value.AsUInt64() >>> 32).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane ZipFirst(Vector256Lane even, Vector256Lane odd) =>
        new((Vector256.WidenLower(even.Bits) | (Vector256.WidenLower(odd.Bits) << 32)).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane ZipSecond(Vector256Lane even, Vector256Lane odd) =>
        new((Vector256.WidenUpper(even.Bits) | (Vector256.WidenUpper(odd.Bits) << 32)).AsSingle());

    /// <summary>The bfloat16 bits in the high halves, by <see cref="Exact.SoftRound"/>; the low halves are left over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RoundedBits(Vector256Lane x)
    {
        Vector256<uint> odd = (x.Bits >>> 16) & Vector256<uint>.One;
        return (x.Bits | odd) + Vector256.Create(0x7FFFu);
    }

    /// <summary><see cref="Float16Bits.Widen"/> for a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Widened(Vector256<uint> halves)
    {
        Vector256<uint> magnitude = (halves & Vector256.Create(0x7FFFu)) << Float16Bits.FractionShift;
        Vector256<uint> normal = magnitude + Vector256.Create(Float16Bits.Rebias);
        // What is used once has no name: the JIT inlines until a method has too many locals, and a loop widens and narrows dozens of times.
        return (Vector256.ConditionalSelect(
            Vector256.LessThan(magnitude, Vector256.Create(Float16Bits.Infinity << Float16Bits.FractionShift)),
            Vector256.ConditionalSelect(
                Vector256.LessThan(magnitude, Vector256.Create(Float16Bits.ExponentUnit)),
                ((normal + Vector256.Create(Float16Bits.ExponentUnit)).AsSingle() - Vector256.Create(Float16Bits.SmallestNormal).AsSingle()).AsUInt32(),
                normal),
            normal + Vector256.Create(Float16Bits.Rebias)) | ((halves & Vector256.Create(0x8000u)) << 16)).AsSingle();
    }

    /// <summary><see cref="Float16Bits.Narrow"/> for a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Narrowed(Vector256<float> x)
    {
        Vector256<uint> magnitude = x.AsUInt32() & Vector256.Create(0x7FFFFFFFu);
        return Vector256.ConditionalSelect(
            Vector256.Equals(x, x).AsUInt32(),
            Vector256.ConditionalSelect(
                Vector256.LessThan(magnitude, Vector256.Create(Float16Bits.BeyondLargest)),
                Vector256.ConditionalSelect(
                    Vector256.LessThan(magnitude, Vector256.Create(Float16Bits.SmallestNormal)),
                    (magnitude.AsSingle() + Vector256.Create(Float16Bits.SubnormalMagic).AsSingle()).AsUInt32()
                        - Vector256.Create(Float16Bits.SubnormalMagic),
                    (magnitude - Vector256.Create(Float16Bits.Rebias - 0xFFF)
                        + ((magnitude >>> Float16Bits.FractionShift) & Vector256<uint>.One)) >>> Float16Bits.FractionShift),
                Vector256.Create(Float16Bits.Infinity)) | ((x.AsUInt32() >>> 16) & Vector256.Create(0x8000u)),
            Vector256.Create(Float16Bits.NaN));
    }
}
