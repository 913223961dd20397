using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Optimi.Kernels;

/// <content>The register as integers.</content>
public readonly partial struct Vector256Lane
{
    private Vector256<int> Integers => _value.AsInt32();

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
        get => Of(Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane SplatBits(int bits) =>
        Of(Vector256.Create(bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane AddBits(Vector256Lane a, Vector256Lane b) =>
        Of(a.Integers + b.Integers);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane SubtractBits(Vector256Lane a, Vector256Lane b) =>
        Of(a.Integers - b.Integers);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane MultiplyBits(Vector256Lane a, Vector256Lane b) =>
        Of(a.Integers * b.Integers);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane And(Vector256Lane a, Vector256Lane b) =>
        Of(a.Integers & b.Integers);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane Or(Vector256Lane a, Vector256Lane b) =>
        Of(a.Integers | b.Integers);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane Xor(Vector256Lane a, Vector256Lane b) =>
        Of(a.Integers ^ b.Integers);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane AndNot(Vector256Lane a, Vector256Lane b) =>
        Of(Vector256.AndNot(a.Integers, b.Integers));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane ShiftLeft(Vector256Lane a, int count) =>
        Of(a.Integers << count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane ShiftRight(Vector256Lane a, int count) =>
        Of(a.Integers >> count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane ShiftRightLogical(Vector256Lane a, int count) =>
        Of(a.Integers >>> count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane ShiftLeft(Vector256Lane a, Vector256Lane count) =>
        Of(Avx2.ShiftLeftLogicalVariable(a.Integers, count.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane ShiftRight(Vector256Lane a, Vector256Lane count) =>
        Of(Avx2.ShiftRightArithmeticVariable(a.Integers, count.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane MaxBits(Vector256Lane a, Vector256Lane b) =>
        Of(Vector256.Max(a.Integers, b.Integers));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane MinBits(Vector256Lane a, Vector256Lane b) =>
        Of(Vector256.Min(a.Integers, b.Integers));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane ChooseLess(Vector256Lane a, Vector256Lane b, Vector256Lane whenLess, Vector256Lane otherwise) =>
        Of(Vector256.ConditionalSelect(Vector256.LessThan(a.Integers, b.Integers), whenLess.Integers, otherwise.Integers));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane FromInteger(Vector256Lane bits) =>
        new(Vector256.ConvertToSingle(bits.Integers));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lane ToInteger(Vector256Lane x) => Of(Avx.ConvertToVector256Int32WithTruncation(x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector256Lane LoadHalves(byte* at) => Of(Avx2.ConvertToVector256Int32((ushort*)at));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StoreHalves(byte* at, Vector256Lane bits)
    {
        Vector256<int> lower = bits.Integers & Vector256.Create(0xFFFF);
        Vector128.Store(Sse41.PackUnsignedSaturate(lower.GetLower(), lower.GetUpper()), (ushort*)at);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector256Lane MaxOfEach(Vector256Lane* registers)
    {
        Vector256<int> first = MaxOfFour(registers);
        Vector256<int> second = MaxOfFour(registers + 4);
        return Of(Vector256.Max(Avx2.Permute2x128(first, second, 0x20), Avx2.Permute2x128(first, second, 0x31)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256Lane Of(Vector256<int> integers) => new(integers.AsSingle());

    /// <summary>Of four registers the maxima in each 128 bits: the first one's in the first place of each, and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector256<int> MaxOfFour(Vector256Lane* registers)
    {
        Vector256<int> first = MaxOfNeighbours(registers[0].Integers, registers[1].Integers);
        Vector256<int> second = MaxOfNeighbours(registers[2].Integers, registers[3].Integers);
        return Vector256.Max(
            Avx2.UnpackLow(first.AsInt64(), second.AsInt64()).AsInt32(), Avx2.UnpackHigh(first.AsInt64(), second.AsInt64()).AsInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> MaxOfNeighbours(Vector256<int> a, Vector256<int> b) =>
        Vector256.Max(Avx2.UnpackLow(a, b), Avx2.UnpackHigh(a, b));
}
