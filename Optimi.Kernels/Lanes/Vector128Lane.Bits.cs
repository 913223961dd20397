using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Optimi.Kernels;

/// <content>The register as integers.</content>
public readonly partial struct Vector128Lane
{
    private Vector128<int> Integers => _value.AsInt32();

    /// <inheritdoc/>
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
    }

    /// <inheritdoc/>
    public static Vector128Lane Sequence
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Of(Vector128.Create(0, 1, 2, 3));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane SplatBits(int bits) =>
        Of(Vector128.Create(bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane AddBits(Vector128Lane a, Vector128Lane b) =>
        Of(a.Integers + b.Integers);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane SubtractBits(Vector128Lane a, Vector128Lane b) =>
        Of(a.Integers - b.Integers);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane MultiplyBits(Vector128Lane a, Vector128Lane b) =>
        Of(a.Integers * b.Integers);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane And(Vector128Lane a, Vector128Lane b) =>
        Of(a.Integers & b.Integers);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane Or(Vector128Lane a, Vector128Lane b) =>
        Of(a.Integers | b.Integers);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane Xor(Vector128Lane a, Vector128Lane b) =>
        Of(a.Integers ^ b.Integers);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane AndNot(Vector128Lane a, Vector128Lane b) =>
        Of(Vector128.AndNot(a.Integers, b.Integers));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane ShiftLeft(Vector128Lane a, int count) =>
        Of(a.Integers << count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane ShiftRight(Vector128Lane a, int count) =>
        Of(a.Integers >> count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane ShiftRightLogical(Vector128Lane a, int count) =>
        Of(a.Integers >>> count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane ShiftLeft(Vector128Lane a, Vector128Lane count)
    {
        if (Avx2.IsSupported)
            return Of(Avx2.ShiftLeftLogicalVariable(a.Integers, count.Bits));
        if (AdvSimd.IsSupported)
            return Of(AdvSimd.ShiftLogical(a.Integers, count.Integers));
        return Of(Vector128.Create(
            a.Integers[0] << count.Integers[0],
            a.Integers[1] << count.Integers[1],
            a.Integers[2] << count.Integers[2],
            a.Integers[3] << count.Integers[3]));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane ShiftRight(Vector128Lane a, Vector128Lane count)
    {
        if (Avx2.IsSupported)
            return Of(Avx2.ShiftRightArithmeticVariable(a.Integers, count.Bits));
        if (AdvSimd.IsSupported)
            return Of(AdvSimd.ShiftArithmetic(a.Integers, -count.Integers));
        return Of(Vector128.Create(
            a.Integers[0] >> count.Integers[0],
            a.Integers[1] >> count.Integers[1],
            a.Integers[2] >> count.Integers[2],
            a.Integers[3] >> count.Integers[3]));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane MaxBits(Vector128Lane a, Vector128Lane b) =>
        Of(Vector128.Max(a.Integers, b.Integers));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane MinBits(Vector128Lane a, Vector128Lane b) =>
        Of(Vector128.Min(a.Integers, b.Integers));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane ChooseLess(Vector128Lane a, Vector128Lane b, Vector128Lane whenLess, Vector128Lane otherwise) =>
        Of(Vector128.ConditionalSelect(Vector128.LessThan(a.Integers, b.Integers), whenLess.Integers, otherwise.Integers));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane FromInteger(Vector128Lane bits) =>
        new(Vector128.ConvertToSingle(bits.Integers));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane ToInteger(Vector128Lane x) => Of(Vector128.ConvertToInt32Native(x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector128Lane LoadHalves(byte* at) => Of(Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)at).AsUInt16()).AsInt32());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StoreHalves(byte* at, Vector128Lane bits) =>
        *(ulong*)at = Vector128.Narrow(bits.Bits, bits.Bits).AsUInt64()[0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector128Lane MaxOfEach(Vector128Lane* registers) => Of(Vector128.Create(
        MaxOf(registers[0].Integers), MaxOf(registers[1].Integers), MaxOf(registers[2].Integers), MaxOf(registers[3].Integers)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128Lane Of(Vector128<int> integers) => new(integers.AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int MaxOf(Vector128<int> integers)
    {
        Vector128<int> two = Vector128.Max(integers, Vector128.Shuffle(integers, Vector128.Create(2, 3, 0, 1)));
        return Math.Max(two[0], two[1]);
    }
}
