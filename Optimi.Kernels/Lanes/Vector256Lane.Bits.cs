using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Optimi.Kernels;

/// <content>The register as integers.</content>
internal readonly partial struct Vector256Lane
{
    /// <inheritdoc/>
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8;
    }

    /// <inheritdoc/>
    public static Vector256Lane Sequence
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7).AsSingle());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane SplatBits(int bits) =>
        new(Vector256.Create(bits).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane AddBits(Vector256Lane a, Vector256Lane b) =>
        new((a._value.AsInt32() + b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane SubtractBits(Vector256Lane a, Vector256Lane b) =>
        new((a._value.AsInt32() - b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane MultiplyBits(Vector256Lane a, Vector256Lane b) =>
        new((a._value.AsInt32() * b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane And(Vector256Lane a, Vector256Lane b) =>
        new((a._value.AsInt32() & b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane Or(Vector256Lane a, Vector256Lane b) =>
        new((a._value.AsInt32() | b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane Xor(Vector256Lane a, Vector256Lane b) =>
        new((a._value.AsInt32() ^ b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane AndNot(Vector256Lane a, Vector256Lane b) =>
        new(Vector256.AndNot(a._value.AsInt32(), b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane Blend(int mask, Vector256Lane ones, Vector256Lane zeros) =>
        new(Avx2.BlendVariable(zeros._value.AsByte(), ones._value.AsByte(), Vector256.Create(mask).AsByte()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane JoinUpper(Vector256Lane low, Vector256Lane high) =>
        new(Avx2.Blend((low.Bits >>> 16).AsUInt16(), high._value.AsUInt16(), 0b10101010).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane CopySign(Vector256Lane magnitude, Vector256Lane signed) =>
        Or(magnitude, And(signed, SplatBits(int.MinValue)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane ShiftLeft(Vector256Lane a, int count) =>
        new((a._value.AsInt32() << count).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane ShiftRight(Vector256Lane a, int count) =>
        new((a._value.AsInt32() >> count).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane ShiftRightLogical(Vector256Lane a, int count) =>
        new((a._value.AsInt32() >>> count).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane ShiftLeft(Vector256Lane a, Vector256Lane count) =>
        new(Avx2.ShiftLeftLogicalVariable(a._value.AsInt32(), count._value.AsUInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane ShiftRight(Vector256Lane a, Vector256Lane count) =>
        new(Avx2.ShiftRightArithmeticVariable(a._value.AsInt32(), count._value.AsUInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane MaxBits(Vector256Lane a, Vector256Lane b) =>
        new(Vector256.Max(a._value.AsInt32(), b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane MinBits(Vector256Lane a, Vector256Lane b) =>
        new(Vector256.Min(a._value.AsInt32(), b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane ChooseLess(Vector256Lane a, Vector256Lane b, Vector256Lane whenLess, Vector256Lane otherwise) =>
        new(Vector256.ConditionalSelect(Vector256.LessThan(a._value.AsInt32(), b._value.AsInt32()), whenLess._value.AsInt32(), otherwise._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane FromInteger(Vector256Lane bits) =>
        new(Vector256.ConvertToSingle(bits._value.AsInt32()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane ToInteger(Vector256Lane x) => new(Avx.ConvertToVector256Int32WithTruncation(x._value).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane Convertible(Vector256Lane x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector256Lane LoadHalves(byte* at) => new(Avx2.ConvertToVector256Int32((ushort*)at).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StoreHalves(byte* at, Vector256Lane bits)
    {
        Vector256<byte> places = Vector256.Create(
            (byte)0, 1, 4, 5, 8, 9, 12, 13, 0, 1, 4, 5, 8, 9, 12, 13, 0, 1, 4, 5, 8, 9, 12, 13, 0, 1, 4, 5, 8, 9, 12, 13);
        Vector256<ulong> halves = Avx2.Shuffle(bits._value.AsByte(), places).AsUInt64();
        Vector128.Store(Avx2.Permute4x64(halves, 0b1000).GetLower(), (ulong*)at);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector256Lane MaxOfEach(Vector256Lane* registers)
    {
        Vector256<int> first = MaxOfFour(registers);
        Vector256<int> second = MaxOfFour(registers + 4);
        return new(Vector256.Max(Avx2.Permute2x128(first, second, 0x20), Avx2.Permute2x128(first, second, 0x31)).AsSingle());
    }

    /// <summary>Of four registers the maxima in each 128 bits: the first one's in the first place of each, and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector256<int> MaxOfFour(Vector256Lane* registers)
    {
        Vector256<int> first = MaxOfNeighbours(registers[0]._value.AsInt32(), registers[1]._value.AsInt32());
        Vector256<int> second = MaxOfNeighbours(registers[2]._value.AsInt32(), registers[3]._value.AsInt32());
        return Vector256.Max(
            Avx2.UnpackLow(first.AsInt64(), second.AsInt64()).AsInt32(), Avx2.UnpackHigh(first.AsInt64(), second.AsInt64()).AsInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> MaxOfNeighbours(Vector256<int> a, Vector256<int> b) =>
        Vector256.Max(Avx2.UnpackLow(a, b), Avx2.UnpackHigh(a, b));
}
