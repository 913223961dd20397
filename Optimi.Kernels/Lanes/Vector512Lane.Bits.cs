using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Optimi.Kernels;

/// <content>The register as integers.</content>
internal readonly partial struct Vector512Lane
{
    /// <inheritdoc/>
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 16;
    }

    /// <inheritdoc/>
    public static Vector512Lane Sequence
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512.Create(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15).AsSingle());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane SplatBits(int bits) =>
        new(Vector512.Create(bits).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane AddBits(Vector512Lane a, Vector512Lane b) =>
        new((a._value.AsInt32() + b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane SubtractBits(Vector512Lane a, Vector512Lane b) =>
        new((a._value.AsInt32() - b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane MultiplyBits(Vector512Lane a, Vector512Lane b) =>
        new((a._value.AsInt32() * b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane And(Vector512Lane a, Vector512Lane b) =>
        new((a._value.AsInt32() & b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane Or(Vector512Lane a, Vector512Lane b) =>
        new((a._value.AsInt32() | b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane Xor(Vector512Lane a, Vector512Lane b) =>
        new((a._value.AsInt32() ^ b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane AndNot(Vector512Lane a, Vector512Lane b) =>
        new(Vector512.AndNot(a._value.AsInt32(), b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane Blend(int mask, Vector512Lane ones, Vector512Lane zeros) =>
        new(Vector512.ConditionalSelect(Vector512.Create(mask), ones._value.AsInt32(), zeros._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane JoinUpper(Vector512Lane low, Vector512Lane high) =>
        JoinBFloat16(low, high);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane CopySign(Vector512Lane magnitude, Vector512Lane signed) =>
        new(Vector512.ConditionalSelect(Vector512.Create(int.MinValue), signed._value.AsInt32(), magnitude._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane ShiftLeft(Vector512Lane a, int count) =>
        new((a._value.AsInt32() << count).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane ShiftRight(Vector512Lane a, int count) =>
        new((a._value.AsInt32() >> count).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane ShiftRightLogical(Vector512Lane a, int count) =>
        new((a._value.AsInt32() >>> count).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane ShiftLeft(Vector512Lane a, Vector512Lane count) =>
        new(Avx512F.ShiftLeftLogicalVariable(a._value.AsInt32(), count._value.AsUInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane ShiftRight(Vector512Lane a, Vector512Lane count) =>
        new(Avx512F.ShiftRightArithmeticVariable(a._value.AsInt32(), count._value.AsUInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane MaxBits(Vector512Lane a, Vector512Lane b) =>
        new(Vector512.Max(a._value.AsInt32(), b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane MinBits(Vector512Lane a, Vector512Lane b) =>
        new(Vector512.Min(a._value.AsInt32(), b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane ChooseLess(Vector512Lane a, Vector512Lane b, Vector512Lane whenLess, Vector512Lane otherwise) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(a._value.AsInt32(), b._value.AsInt32()), whenLess._value.AsInt32(), otherwise._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane FromInteger(Vector512Lane bits) =>
        new(Avx512F.ConvertToVector512Single(bits._value.AsInt32()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane ToInteger(Vector512Lane x) => new(Avx512F.ConvertToVector512Int32WithTruncation(x._value).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lane Convertible(Vector512Lane x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector512Lane LoadHalves(byte* at) => new(Avx512F.ConvertToVector512Int32(Vector256.Load((ushort*)at)).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StoreHalves(byte* at, Vector512Lane bits) =>
        Vector256.Store(Avx512F.ConvertToVector256UInt16(bits._value.AsUInt32()), (ushort*)at);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector512Lane MaxOfEach(Vector512Lane* registers) => new(MaxOfParts(
        MaxOfHalves(MaxOfFour(registers), MaxOfFour(registers + 4)),
        MaxOfHalves(MaxOfFour(registers + 8), MaxOfFour(registers + 12))).AsSingle());

    /// <summary>Of four registers the maxima in each 128 bits: the first one's in the first place of each, and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<int> MaxOfFour(Vector512Lane* registers)
    {
        Vector512<int> first = MaxOfNeighbours(registers[0]._value.AsInt32(), registers[1]._value.AsInt32());
        Vector512<int> second = MaxOfNeighbours(registers[2]._value.AsInt32(), registers[3]._value.AsInt32());
        return Vector512.Max(
            Avx512F.UnpackLow(first.AsInt64(), second.AsInt64()).AsInt32(), Avx512F.UnpackHigh(first.AsInt64(), second.AsInt64()).AsInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> MaxOfNeighbours(Vector512<int> a, Vector512<int> b) =>
        Vector512.Max(Avx512F.UnpackLow(a, b), Avx512F.UnpackHigh(a, b));

    /// <summary>The maxima of the halves of each of two registers, 128 bits by 128 bits: the first one's, then the second one's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> MaxOfHalves(Vector512<int> a, Vector512<int> b) =>
        Vector512.Max(Avx512F.Shuffle4x128(a, b, 0x44), Avx512F.Shuffle4x128(a, b, 0xEE));

    /// <summary>The maxima of neighbours of 128 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> MaxOfParts(Vector512<int> a, Vector512<int> b) =>
        Vector512.Max(Avx512F.Shuffle4x128(a, b, 0x88), Avx512F.Shuffle4x128(a, b, 0xDD));
}
