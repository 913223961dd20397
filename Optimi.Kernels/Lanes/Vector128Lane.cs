using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Optimi.Kernels;

/// <summary>A register of 4 numbers: a 128-bit hardware vector of the host.</summary>
/// <param name="value">The numbers.</param>
internal readonly partial struct Vector128Lane(Vector128<float> value) : ILane<Vector128Lane>
{
    private readonly Vector128<float> _value = value;

    private Vector128<uint> Bits => _value.AsUInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane operator +(Vector128Lane left, Vector128Lane right) => new(left._value + right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane operator -(Vector128Lane left, Vector128Lane right) => new(left._value - right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane operator *(Vector128Lane left, Vector128Lane right) => new(left._value * right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane operator /(Vector128Lane left, Vector128Lane right) => new(left._value / right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane operator -(Vector128Lane value) => new(-value._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane Splat(float value) => new(Vector128.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane MultiplyAdd(Vector128Lane a, Vector128Lane b, Vector128Lane c) =>
        new(Vector128.FusedMultiplyAdd(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane Sqrt(Vector128Lane x) => new(Vector128.Sqrt(x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane Max(Vector128Lane a, Vector128Lane b) =>
        new(Vector128.ConditionalSelect(Vector128.GreaterThan(a._value, b._value), a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane Sign(Vector128Lane x)
    {
        Vector128<float> zero = Vector128<float>.Zero;
        Vector128<float> zeroOrNaN = Vector128.ConditionalSelect(Vector128.Equals(x._value, zero), zero, x._value);
        Vector128<float> negative = Vector128.ConditionalSelect(
            Vector128.LessThan(x._value, zero), -Vector128<float>.One, zeroOrNaN);
        return new(Vector128.ConditionalSelect(
            Vector128.GreaterThan(x._value, zero), Vector128<float>.One, negative));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane Choose(Vector128Lane condition, Vector128Lane whenNonZero, Vector128Lane whenZero) =>
        new(Vector128.ConditionalSelect(
            Vector128.Equals(condition._value, Vector128<float>.Zero), whenZero._value, whenNonZero._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane LowBFloat16(Vector128Lane words) => new((words.Bits << 16).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane HighBFloat16(Vector128Lane words) =>
        new((words.Bits & Vector128.Create(0xFFFF0000u)).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane RoundToBFloat16(Vector128Lane x) =>
        new((RoundedBits(x) & Vector128.Create(0xFFFF0000u)).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane PlainNaN(Vector128Lane x) => new(Vector128.ConditionalSelect(
        Vector128.Equals(x._value, x._value), x._value, Vector128.Create(Exact.PlainNaNBits).AsSingle()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane OneNaN(Vector128Lane x) =>
        PlainNaN(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane JoinBFloat16(Vector128Lane low, Vector128Lane high) =>
        new(((low.Bits >>> 16) | high.Bits).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane PackBFloat16(Vector128Lane low, Vector128Lane high) =>
        new(((RoundedBits(low) >>> 16) | (RoundedBits(high) & Vector128.Create(0xFFFF0000u))).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane LowFloat16(Vector128Lane words) => new(Widened(words.Bits & Vector128.Create(0xFFFFu)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane HighFloat16(Vector128Lane words) => new(Widened(words.Bits >>> 16));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane RoundToFloat16(Vector128Lane x) => new(Widened(Narrowed(x._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane PackFloat16(Vector128Lane low, Vector128Lane high) =>
        new((Narrowed(low._value) | (Narrowed(high._value) << 16)).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane Even(Vector128Lane first, Vector128Lane second) =>
        new(Vector128.Narrow(first._value.AsUInt64(), second._value.AsUInt64()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane Odd(Vector128Lane first, Vector128Lane second) =>
        new(Vector128.Narrow(first._value.AsUInt64() >>> 32, second._value.AsUInt64() >>> 32).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane ZipFirst(Vector128Lane even, Vector128Lane odd) =>
        new((Vector128.WidenLower(even.Bits) | (Vector128.WidenLower(odd.Bits) << 32)).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane ZipSecond(Vector128Lane even, Vector128Lane odd) =>
        new((Vector128.WidenUpper(even.Bits) | (Vector128.WidenUpper(odd.Bits) << 32)).AsSingle());

    /// <summary>The bfloat16 bits in the high halves, by <see cref="Exact.SoftRound"/>; the low halves are left over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> RoundedBits(Vector128Lane x)
    {
        Vector128<uint> odd = (x.Bits >>> 16) & Vector128<uint>.One;
        return (x.Bits | odd) + Vector128.Create(0x7FFFu);
    }

    /// <summary><see cref="Float16Bits.Widen"/> for a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Widened(Vector128<uint> halves)
    {
        Vector128<uint> magnitude = (halves & Vector128.Create(0x7FFFu)) << Float16Bits.FractionShift;
        Vector128<uint> normal = magnitude + Vector128.Create(Float16Bits.Rebias);
        // What is used once has no name: the JIT inlines until a method has too many locals, and a loop widens and narrows dozens of times.
        return (Vector128.ConditionalSelect(
            Vector128.LessThan(magnitude, Vector128.Create(Float16Bits.Infinity << Float16Bits.FractionShift)),
            Vector128.ConditionalSelect(
                Vector128.LessThan(magnitude, Vector128.Create(Float16Bits.ExponentUnit)),
                ((normal + Vector128.Create(Float16Bits.ExponentUnit)).AsSingle() - Vector128.Create(Float16Bits.SmallestNormal).AsSingle()).AsUInt32(),
                normal),
            normal + Vector128.Create(Float16Bits.Rebias)) | ((halves & Vector128.Create(0x8000u)) << 16)).AsSingle();
    }

    /// <summary><see cref="Float16Bits.Narrow"/> for a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Narrowed(Vector128<float> x)
    {
        Vector128<uint> magnitude = x.AsUInt32() & Vector128.Create(0x7FFFFFFFu);
        return Vector128.ConditionalSelect(
            Vector128.Equals(x, x).AsUInt32(),
            Vector128.ConditionalSelect(
                Vector128.LessThan(magnitude, Vector128.Create(Float16Bits.BeyondLargest)),
                Vector128.ConditionalSelect(
                    Vector128.LessThan(magnitude, Vector128.Create(Float16Bits.SmallestNormal)),
                    (magnitude.AsSingle() + Vector128.Create(Float16Bits.SubnormalMagic).AsSingle()).AsUInt32()
                        - Vector128.Create(Float16Bits.SubnormalMagic),
                    (magnitude - Vector128.Create(Float16Bits.Rebias - 0xFFF)
                        + ((magnitude >>> Float16Bits.FractionShift) & Vector128<uint>.One)) >>> Float16Bits.FractionShift),
                Vector128.Create(Float16Bits.Infinity)) | ((x.AsUInt32() >>> 16) & Vector128.Create(0x8000u)),
            Vector128.Create(Float16Bits.NaN));
    }
}
