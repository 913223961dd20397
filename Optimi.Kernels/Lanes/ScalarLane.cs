using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Util;

namespace Optimi.Kernels;

/// <summary>
/// A register of one number: what ILGPU compiles for CUDA and OpenCL, what a rule's scalars are stored as, and what the host
/// falls back to where it has no vector hardware.
/// </summary>
/// <param name="value">The number.</param>
public readonly partial struct ScalarLane(float value) : ILane<ScalarLane>
{
    /// <summary>The number.</summary>
    public float Value { get; } = value;

    /// <summary>A scalar of a rule, from a number.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator ScalarLane(float value) => new(value);

    /// <summary>A scalar of a rule, rounded once from the float64 that the host computed.</summary>
    /// <param name="value">The number.</param>
    public static explicit operator ScalarLane(double value) => new((float)value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator +(ScalarLane left, ScalarLane right) => new(Exact.Add(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator -(ScalarLane left, ScalarLane right) =>
        new(Exact.Subtract(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator *(ScalarLane left, ScalarLane right) =>
        new(Exact.Multiply(left.Value, right.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator /(ScalarLane left, ScalarLane right) => new(left.Value / right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator -(ScalarLane value) => new(-value.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Splat(float value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane MultiplyAdd(ScalarLane a, ScalarLane b, ScalarLane c) =>
        new(Exact.MultiplyAdd(a.Value, b.Value, c.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Sqrt(ScalarLane x) => new(MathF.Sqrt(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Max(ScalarLane a, ScalarLane b) => new(Utilities.Select(a.Value > b.Value, a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Sign(ScalarLane x)
    {
        float zeroOrNaN = Utilities.Select(x.Value == 0, 0f, x.Value);
        float negative = Utilities.Select(x.Value < 0, -1f, zeroOrNaN);
        return new(Utilities.Select(x.Value > 0, 1f, negative));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Choose(ScalarLane condition, ScalarLane whenNonZero, ScalarLane whenZero) =>
        new(Utilities.Select(condition.Value != 0, whenNonZero.Value, whenZero.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane LowBFloat16(ScalarLane words) => FromBits(words.Bits << 16);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane HighBFloat16(ScalarLane words) => FromBits(words.Bits & 0xFFFF0000);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane RoundToBFloat16(ScalarLane x) => FromBits(Exact.RoundToBFloat16(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane PlainNaN(ScalarLane x) => new(Exact.PlainNaN(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane OneNaN(ScalarLane x) => new(Exact.SoftPlainNaN(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane JoinBFloat16(ScalarLane low, ScalarLane high) =>
        FromBits(Exact.JoinBFloat16(low.Value, high.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane PackBFloat16(ScalarLane low, ScalarLane high) =>
        FromBits(Exact.PackBFloat16(low.Value, high.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane LowFloat16(ScalarLane words) => new(Exact.WidenFloat16(words.Bits & 0xFFFF));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane HighFloat16(ScalarLane words) => new(Exact.WidenFloat16(words.Bits >> 16));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane RoundToFloat16(ScalarLane x) => new(Exact.RoundToFloat16(x.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane PackFloat16(ScalarLane low, ScalarLane high) =>
        FromBits(Exact.PackFloat16(low.Value, high.Value));

    /// <inheritdoc/>
    public static ScalarLane Even(ScalarLane first, ScalarLane second) => first;

    /// <inheritdoc/>
    public static ScalarLane Odd(ScalarLane first, ScalarLane second) => second;

    /// <inheritdoc/>
    public static ScalarLane ZipFirst(ScalarLane even, ScalarLane odd) => even;

    /// <inheritdoc/>
    public static ScalarLane ZipSecond(ScalarLane even, ScalarLane odd) => odd;

    /// <summary>The bits of the number, or the word that it stands for.</summary>
    internal uint Bits => Interop.FloatAsInt(Value);

    /// <summary>The number of some bits, or a word that stands for it.</summary>
    /// <param name="bits">The bits.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane FromBits(uint bits) => new(Interop.IntAsFloat(bits));
}
