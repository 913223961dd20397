using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Optimi.Kernels;

/// <content>The register as integers.</content>
internal readonly partial struct Vector128Lane
{
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
        get => new(Vector128.Create(0, 1, 2, 3).AsSingle());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane SplatBits(int bits) =>
        new(Vector128.Create(bits).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane AddBits(Vector128Lane a, Vector128Lane b) =>
        new((a._value.AsInt32() + b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane SubtractBits(Vector128Lane a, Vector128Lane b) =>
        new((a._value.AsInt32() - b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane MultiplyBits(Vector128Lane a, Vector128Lane b) =>
        new((a._value.AsInt32() * b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane And(Vector128Lane a, Vector128Lane b) =>
        new((a._value.AsInt32() & b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane Or(Vector128Lane a, Vector128Lane b) =>
        new((a._value.AsInt32() | b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane Xor(Vector128Lane a, Vector128Lane b) =>
        new((a._value.AsInt32() ^ b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane AndNot(Vector128Lane a, Vector128Lane b) =>
        new(Vector128.AndNot(a._value.AsInt32(), b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane Blend(int mask, Vector128Lane ones, Vector128Lane zeros) =>
        new(Vector128.ConditionalSelect(Vector128.Create(mask), ones._value.AsInt32(), zeros._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane JoinUpper(Vector128Lane low, Vector128Lane high) =>
        Blend(unchecked((int)0xFFFF0000), high, ShiftRightLogical(low, 16));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane CopySign(Vector128Lane magnitude, Vector128Lane signed) =>
        Or(magnitude, And(signed, SplatBits(int.MinValue)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane ShiftLeft(Vector128Lane a, int count) =>
        new((a._value.AsInt32() << count).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane ShiftRight(Vector128Lane a, int count) =>
        new((a._value.AsInt32() >> count).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane ShiftRightLogical(Vector128Lane a, int count) =>
        new((a._value.AsInt32() >>> count).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane ShiftLeft(Vector128Lane a, Vector128Lane count)
    {
        if (Avx2.IsSupported)
            return new(Avx2.ShiftLeftLogicalVariable(a._value.AsInt32(), count._value.AsUInt32()).AsSingle());
        if (AdvSimd.IsSupported)
            return new(AdvSimd.ShiftLogical(a._value.AsInt32(), count._value.AsInt32()).AsSingle());
        return new(Vector128.Create(
            a._value.AsInt32()[0] << count._value.AsInt32()[0],
            a._value.AsInt32()[1] << count._value.AsInt32()[1],
            a._value.AsInt32()[2] << count._value.AsInt32()[2],
            a._value.AsInt32()[3] << count._value.AsInt32()[3]).AsSingle());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane ShiftRight(Vector128Lane a, Vector128Lane count)
    {
        if (Avx2.IsSupported)
            return new(Avx2.ShiftRightArithmeticVariable(a._value.AsInt32(), count._value.AsUInt32()).AsSingle());
        if (AdvSimd.IsSupported)
            return new(AdvSimd.ShiftArithmetic(a._value.AsInt32(), -count._value.AsInt32()).AsSingle());
        return new(Vector128.Create(
            a._value.AsInt32()[0] >> count._value.AsInt32()[0],
            a._value.AsInt32()[1] >> count._value.AsInt32()[1],
            a._value.AsInt32()[2] >> count._value.AsInt32()[2],
            a._value.AsInt32()[3] >> count._value.AsInt32()[3]).AsSingle());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane MaxBits(Vector128Lane a, Vector128Lane b) =>
        new(Vector128.Max(a._value.AsInt32(), b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane MinBits(Vector128Lane a, Vector128Lane b) =>
        new(Vector128.Min(a._value.AsInt32(), b._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane ChooseLess(Vector128Lane a, Vector128Lane b, Vector128Lane whenLess, Vector128Lane otherwise) =>
        new(Vector128.ConditionalSelect(Vector128.LessThan(a._value.AsInt32(), b._value.AsInt32()), whenLess._value.AsInt32(), otherwise._value.AsInt32()).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane FromInteger(Vector128Lane bits) =>
        new(Vector128.ConvertToSingle(bits._value.AsInt32()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane ToInteger(Vector128Lane x) => new(Vector128.ConvertToInt32Native(x._value).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Lane Convertible(Vector128Lane x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector128Lane LoadHalves(byte* at) => new(Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)at).AsUInt16()).AsInt32().AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StoreHalves(byte* at, Vector128Lane bits) =>
        *(ulong*)at = Vector128.Narrow(bits._value.AsUInt32(), bits._value.AsUInt32()).AsUInt64()[0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector128Lane MaxOfEach(Vector128Lane* registers) => new(Vector128.Create(
        MaxOf(registers[0]._value.AsInt32()), MaxOf(registers[1]._value.AsInt32()), MaxOf(registers[2]._value.AsInt32()), MaxOf(registers[3]._value.AsInt32())).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int MaxOf(Vector128<int> integers)
    {
        Vector128<int> two = Vector128.Max(integers, Vector128.Shuffle(integers, Vector128.Create(2, 3, 0, 1)));
        return Math.Max(two[0], two[1]);
    }
}
