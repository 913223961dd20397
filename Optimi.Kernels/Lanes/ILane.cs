using System.Numerics;

namespace Optimi.Kernels;

/// <summary>
/// A register of float32 numbers that an update rule computes with: one number in a kernel, a hardware vector on the host.
/// </summary>
/// <remarks>
/// Every operation rounds once, to the nearest float32 (ties to even), and none is fused with another unless it says so.
/// A rule written in these operations therefore gives the same bits on every device. Operations act on each number of the
/// register by itself; no number of a register ever meets another, save in the four that rearrange whole registers.
/// </remarks>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface ILane<TSelf> :
    IAdditionOperators<TSelf, TSelf, TSelf>,
    ISubtractionOperators<TSelf, TSelf, TSelf>,
    IMultiplyOperators<TSelf, TSelf, TSelf>,
    IDivisionOperators<TSelf, TSelf, TSelf>,
    IUnaryNegationOperators<TSelf, TSelf>,
    IBitLane<TSelf>
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

    /// <summary>Reads the low half of each 32-bit word as a bfloat16 number.</summary>
    /// <param name="words">Words of two bfloat16 numbers each.</param>
    static abstract TSelf LowBFloat16(TSelf words);

    /// <summary>Reads the high half of each 32-bit word as a bfloat16 number.</summary>
    /// <param name="words">Words of two bfloat16 numbers each.</param>
    static abstract TSelf HighBFloat16(TSelf words);

    /// <summary>Rounds to the nearest bfloat16 number, ties to even; NaN stays NaN.</summary>
    /// <remarks>
    /// A NaN may have no bit set that is rounded away, or it may come out as a number. No processor's arithmetic makes such NaNs, and
    /// bfloat16 holds none; what comes from float32 storage passes <see cref="PlainNaN"/>, and so does all that is rounded on a
    /// GPU.
    /// </remarks>
    /// <param name="x">The number.</param>
    static abstract TSelf RoundToBFloat16(TSelf x);

    /// <summary>The same numbers, with every NaN replaced by the one that <see cref="RoundToBFloat16"/> can round.</summary>
    /// <param name="x">The number.</param>
    static abstract TSelf PlainNaN(TSelf x);

    /// <summary>The same numbers, with every NaN replaced by 0x7FC00000, for formats whose bits are computed as integers.</summary>
    /// <param name="x">The number.</param>
    static abstract TSelf OneNaN(TSelf x);

    /// <summary>Words of two bfloat16 numbers, from registers that hold such numbers already.</summary>
    /// <param name="low">The numbers of the low halves, exact in bfloat16.</param>
    /// <param name="high">The numbers of the high halves, exact in bfloat16.</param>
    static abstract TSelf JoinBFloat16(TSelf low, TSelf high);

    /// <summary>Words of two bfloat16 numbers, rounded as <see cref="RoundToBFloat16"/> does.</summary>
    /// <param name="low">The numbers of the low halves.</param>
    /// <param name="high">The numbers of the high halves.</param>
    static abstract TSelf PackBFloat16(TSelf low, TSelf high);

    /// <summary>Reads the low half of each 32-bit word as an IEEE binary16 number.</summary>
    /// <param name="words">Words of two binary16 numbers each.</param>
    static abstract TSelf LowFloat16(TSelf words);

    /// <summary>Reads the high half of each 32-bit word as an IEEE binary16 number.</summary>
    /// <param name="words">Words of two binary16 numbers each.</param>
    static abstract TSelf HighFloat16(TSelf words);

    /// <summary>Rounds to the nearest binary16 number, ties to even, infinity beyond the largest; NaN stays NaN.</summary>
    /// <param name="x">The number.</param>
    static abstract TSelf RoundToFloat16(TSelf x);

    /// <summary>Words of two binary16 numbers, rounded as <see cref="RoundToFloat16"/> does; every NaN becomes 0x7E00.</summary>
    /// <param name="low">The numbers of the low halves.</param>
    /// <param name="high">The numbers of the high halves.</param>
    static abstract TSelf PackFloat16(TSelf low, TSelf high);

    /// <summary>
    /// Of the numbers in two registers' worth of consecutive words those in even places: the partners of the low halves of a
    /// register of half-width words. (A register of one number has each of the two words to itself.)
    /// </summary>
    /// <param name="first">The first register's worth.</param>
    /// <param name="second">The second register's worth.</param>
    static abstract TSelf Even(TSelf first, TSelf second);

    /// <summary>The numbers in odd places; see <see cref="Even"/>.</summary>
    /// <param name="first">The first register's worth.</param>
    /// <param name="second">The second register's worth.</param>
    static abstract TSelf Odd(TSelf first, TSelf second);

    /// <summary>The first register's worth of what <see cref="Even"/> and <see cref="Odd"/> took apart.</summary>
    /// <param name="even">The numbers of even places.</param>
    /// <param name="odd">The numbers of odd places.</param>
    static abstract TSelf ZipFirst(TSelf even, TSelf odd);

    /// <summary>The second register's worth; see <see cref="ZipFirst"/>.</summary>
    /// <param name="even">The numbers of even places.</param>
    /// <param name="odd">The numbers of odd places.</param>
    static abstract TSelf ZipSecond(TSelf even, TSelf odd);
}
