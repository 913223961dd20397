using System.Runtime.CompilerServices;
using ILGPU.Util;

namespace Optimi.Kernels;

/// <content>The register as an integer.</content>
public readonly partial struct ScalarLane
{
    private int Integer => (int)Bits;

    /// <inheritdoc/>
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }

    /// <inheritdoc/>
    public static ScalarLane Sequence
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Of(0);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane SplatBits(int bits) => Of(bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane AddBits(ScalarLane a, ScalarLane b) => FromBits(a.Bits + b.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane SubtractBits(ScalarLane a, ScalarLane b) => FromBits(a.Bits - b.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane MultiplyBits(ScalarLane a, ScalarLane b) => FromBits(a.Bits * b.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane And(ScalarLane a, ScalarLane b) => FromBits(a.Bits & b.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Or(ScalarLane a, ScalarLane b) => FromBits(a.Bits | b.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Xor(ScalarLane a, ScalarLane b) => FromBits(a.Bits ^ b.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane AndNot(ScalarLane a, ScalarLane b) => FromBits(a.Bits & ~b.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Blend(int mask, ScalarLane ones, ScalarLane zeros) =>
        FromBits((ones.Bits & (uint)mask) | (zeros.Bits & ~(uint)mask));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane JoinUpper(ScalarLane low, ScalarLane high) =>
        FromBits((low.Bits >> 16) | (high.Bits & 0xFFFF0000));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane CopySign(ScalarLane magnitude, ScalarLane signed) =>
        Or(magnitude, And(signed, SplatBits(int.MinValue)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane ShiftLeft(ScalarLane a, int count) => Of(a.Integer << count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane ShiftRight(ScalarLane a, int count) => Of(a.Integer >> count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane ShiftRightLogical(ScalarLane a, int count) => Of(a.Integer >>> count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane ShiftLeft(ScalarLane a, ScalarLane count) => Of(a.Integer << count.Integer);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane ShiftRight(ScalarLane a, ScalarLane count) => Of(a.Integer >> count.Integer);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane MaxBits(ScalarLane a, ScalarLane b) => Of(Math.Max(a.Integer, b.Integer));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane MinBits(ScalarLane a, ScalarLane b) => Of(Math.Min(a.Integer, b.Integer));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane ChooseLess(ScalarLane a, ScalarLane b, ScalarLane whenLess, ScalarLane otherwise) =>
        FromBits(Utilities.Select(a.Integer < b.Integer, whenLess.Bits, otherwise.Bits));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane FromInteger(ScalarLane bits) => new(bits.Integer);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane ToInteger(ScalarLane x) => Of((int)x.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Convertible(ScalarLane x) => Max(x, SplatBits(0));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe ScalarLane LoadHalves(byte* at) => FromHalf(*(ushort*)at);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StoreHalves(byte* at, ScalarLane bits) => *(ushort*)at = (ushort)bits.Bits;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe ScalarLane MaxOfEach(ScalarLane* registers) => *registers;

    /// <summary>Half a word, with zeros above.</summary>
    /// <param name="half">The lower half.</param>
    /// <remarks>The upper half is cleared although there is nothing in it: .NET 10 compiles the move of 16 bits of memory to the bits of a
    /// float as one of 32.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ScalarLane FromHalf(uint half) => And(FromBits(half), SplatBits(0xFFFF));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ScalarLane Of(int integer) => FromBits((uint)integer);
}
