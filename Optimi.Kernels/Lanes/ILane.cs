using System.Numerics;

namespace Optimi.Kernels;

/// <summary>
/// A register of float32 numbers that an update rule computes with: one number in a kernel, a hardware vector on the host.
/// </summary>
/// <remarks>
/// Every operation rounds once, to the nearest float32 (ties to even), and none is fused with another unless it says so.
/// A rule written in these operations therefore gives the same bits on every device. Operations act on each number of the
/// register by itself. Only Optimi implements it.
/// </remarks>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public partial interface ILane<TSelf> :
    IAdditionOperators<TSelf, TSelf, TSelf>,
    ISubtractionOperators<TSelf, TSelf, TSelf>,
    IMultiplyOperators<TSelf, TSelf, TSelf>,
    IDivisionOperators<TSelf, TSelf, TSelf>,
    IUnaryNegationOperators<TSelf, TSelf>
    where TSelf : unmanaged, ILane<TSelf>
{
    /// <summary>A register that holds one number everywhere.</summary>
    /// <param name="value">The number.</param>
    static abstract TSelf Splat(float value);

    /// <summary><c>a * b + c</c>, rounded once.</summary>
    /// <param name="a">The first factor.</param>
    /// <param name="b">The second factor.</param>
    /// <param name="c">The summand.</param>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>The square root, exactly rounded; NaN below zero.</summary>
    /// <param name="x">The radicand.</param>
    static abstract TSelf Sqrt(TSelf x);

    /// <summary><c>a &gt; b ? a : b</c>, so that a NaN in <paramref name="a"/> yields <paramref name="b"/>.</summary>
    /// <param name="a">The first number.</param>
    /// <param name="b">The second number, taken when neither is greater.</param>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>1 above zero, -1 below, 0 at either zero; NaN stays NaN.</summary>
    /// <param name="x">The number.</param>
    static abstract TSelf Sign(TSelf x);

    /// <summary>
    /// <c>condition != 0 ? whenNonZero : whenZero</c>, without a branch: how a rule switches a term off entirely. (A term
    /// that is only multiplied by zero still turns infinity into NaN.)
    /// </summary>
    /// <param name="condition">The switch, most often a scalar of the rule.</param>
    /// <param name="whenNonZero">The value where the switch is on.</param>
    /// <param name="whenZero">The value where it is off.</param>
    static abstract TSelf Choose(TSelf condition, TSelf whenNonZero, TSelf whenZero);
}
