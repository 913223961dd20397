using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Optimi.Kernels;

/// <summary>A register of 16 numbers: a 512-bit hardware vector of the host.</summary>
/// <param name="value">The numbers.</param>
internal readonly partial struct Vector512Lane(Vector512<float> value) : ILane<Vector512Lane>
{
    /// <summary>
    /// What the instruction that tells classes of numbers apart makes of each, four bits for one: of quiet and signalling NaNs a
    /// quiet one, of zero +0, of one, -∞, ∞, and numbers below and above zero -1 or 1.
    /// </summary>
    private const int SignOfClass = unchecked((int)0xA9A9A821);

    /// <summary>Half of the last place that bfloat16 keeps, in what it cuts off.</summary>
    private const ushort HalfAnUlp = 0x8000;

    private readonly Vector512<float> _value = value;

    private Vector512<uint> Bits => _value.AsUInt32();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane operator +(Vector512Lane left, Vector512Lane right) => new(left._value + right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane operator -(Vector512Lane left, Vector512Lane right) => new(left._value - right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane operator *(Vector512Lane left, Vector512Lane right) => new(left._value * right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane operator /(Vector512Lane left, Vector512Lane right) => new(left._value / right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane operator -(Vector512Lane value) => new(-value._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane Splat(float value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane MultiplyAdd(Vector512Lane a, Vector512Lane b, Vector512Lane c) =>
        new(Vector512.FusedMultiplyAdd(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane Sqrt(Vector512Lane x) => new(Vector512.Sqrt(x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane Max(Vector512Lane a, Vector512Lane b)
    {
        // The instruction is a > b ? a : b, with NaN and with zeros of both signs, too.
        return new(Avx512F.Max(a._value, b._value));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane Sign(Vector512Lane x) =>
        new(Avx512F.Fixup(x._value, x._value, Vector512.Create(SignOfClass), 0));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane Choose(Vector512Lane condition, Vector512Lane whenNonZero, Vector512Lane whenZero) =>
        new(Vector512.ConditionalSelect(
            Vector512.Equals(condition._value, Vector512<float>.Zero), whenZero._value, whenNonZero._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane LowBFloat16(Vector512Lane words) => new((words.Bits << 16).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane HighBFloat16(Vector512Lane words) =>
        new((words.Bits & Vector512.Create(0xFFFF0000u)).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane RoundToBFloat16(Vector512Lane x)
    {
        Vector512<uint> odd = (x.Bits >>> 16) & Vector512<uint>.One;
        return new((((x.Bits | odd) + Vector512.Create(0x7FFFu)) & Vector512.Create(0xFFFF0000u)).AsSingle());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane PlainNaN(Vector512Lane x) => new(Vector512.ConditionalSelect(
        Vector512.Equals(x._value, x._value), x._value, Vector512.Create(Exact.PlainNaNBits).AsSingle()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane OneNaN(Vector512Lane x) =>
        // Both kinds of NaN keep what is there, which is the plain one; all else is taken.
        new(Avx512F.Fixup(Vector512.Create(Exact.PlainNaNBits).AsSingle(), x._value, Vector512.Create(0x11111100), 0));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane JoinBFloat16(Vector512Lane low, Vector512Lane high) =>
        new(HalvesOf(low, high, 1).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane PackBFloat16(Vector512Lane low, Vector512Lane high)
    {
        // Rounded where they lie together: two permutations and three instructions for both, rather than eight.
        Vector512<ushort> kept = HalvesOf(low, high, 1);
        Vector512<ushort> cutOff = HalvesOf(low, high, 0) | (kept & Vector512<ushort>.One);
        Vector512<ushort> up = Vector512.GreaterThan(cutOff, Vector512.Create(HalfAnUlp));
        return new(Vector512.ConditionalSelect(up, kept + Vector512<ushort>.One, kept).AsSingle());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane LowFloat16(Vector512Lane words) => new(Widened(words.Bits & Vector512.Create(0xFFFFu)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane HighFloat16(Vector512Lane words) => new(Widened(words.Bits >>> 16));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane RoundToFloat16(Vector512Lane x) => new(Widened(Narrowed(x._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane PackFloat16(Vector512Lane low, Vector512Lane high) =>
        new((Narrowed(low._value) | (Narrowed(high._value) << 16)).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane Even(Vector512Lane first, Vector512Lane second) => Picked(
        first, second, Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane Odd(Vector512Lane first, Vector512Lane second) => Picked(
        first, second, Vector512.Create(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane ZipFirst(Vector512Lane even, Vector512Lane odd) => Picked(
        even, odd, Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane ZipSecond(Vector512Lane even, Vector512Lane odd) => Picked(
        even, odd, Vector512.Create(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512Lane Picked(Vector512Lane first, Vector512Lane second, Vector512<int> places) =>
        new(Avx512F.PermuteVar16x32x2(first._value, places, second._value));

    /// <summary>The low halves of both (0) or the high ones (1), side by side as bfloat16 lies in memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ushort> HalvesOf(Vector512Lane low, Vector512Lane high, ushort which)
    {
        Vector512<ushort> places = Vector512.Create(
            (ushort)0, 32, 2, 34, 4, 36, 6, 38, 8, 40, 10, 42, 12, 44, 14, 46,
            16, 48, 18, 50, 20, 52, 22, 54, 24, 56, 26, 58, 28, 60, 30, 62);
        return Avx512BW.PermuteVar32x16x2(
            low._value.AsUInt16(), places | Vector512.Create(which), high._value.AsUInt16());
    }

    /// <summary><see cref="Float16Bits.Widen"/> for a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Widened(Vector512<uint> halves)
    {
        Vector512<uint> magnitude = (halves & Vector512.Create(0x7FFFu)) << Float16Bits.FractionShift;
        Vector512<uint> normal = magnitude + Vector512.Create(Float16Bits.Rebias);
        // What is used once has no name: the JIT inlines until a method has too many locals, and a loop widens and narrows dozens of times.
        return (Vector512.ConditionalSelect(
            Vector512.LessThan(magnitude, Vector512.Create(Float16Bits.Infinity << Float16Bits.FractionShift)),
            Vector512.ConditionalSelect(
                Vector512.LessThan(magnitude, Vector512.Create(Float16Bits.ExponentUnit)),
                ((normal + Vector512.Create(Float16Bits.ExponentUnit)).AsSingle() - Vector512.Create(Float16Bits.SmallestNormal).AsSingle()).AsUInt32(),
                normal),
            normal + Vector512.Create(Float16Bits.Rebias)) | ((halves & Vector512.Create(0x8000u)) << 16)).AsSingle();
    }

    /// <summary><see cref="Float16Bits.Narrow"/> for a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Narrowed(Vector512<float> x)
    {
        Vector512<uint> magnitude = x.AsUInt32() & Vector512.Create(0x7FFFFFFFu);
        return Vector512.ConditionalSelect(
            Vector512.Equals(x, x).AsUInt32(),
            Vector512.ConditionalSelect(
                Vector512.LessThan(magnitude, Vector512.Create(Float16Bits.BeyondLargest)),
                Vector512.ConditionalSelect(
                    Vector512.LessThan(magnitude, Vector512.Create(Float16Bits.SmallestNormal)),
                    (magnitude.AsSingle() + Vector512.Create(Float16Bits.SubnormalMagic).AsSingle()).AsUInt32()
                        - Vector512.Create(Float16Bits.SubnormalMagic),
                    (magnitude - Vector512.Create(Float16Bits.Rebias - 0xFFF)
                        + ((magnitude >>> Float16Bits.FractionShift) & Vector512<uint>.One)) >>> Float16Bits.FractionShift),
                Vector512.Create(Float16Bits.Infinity)) | ((x.AsUInt32() >>> 16) & Vector512.Create(0x8000u)),
            Vector512.Create(Float16Bits.NaN));
    }
}
