namespace Optimi.Kernels;

/// <content>
/// What storage formats need: no rule does. No number of a register meets another, save in the four operations that rearrange whole
/// registers.
/// </content>
public partial interface ILane<TSelf>
{
    /// <summary>Reads the low half of each 32-bit word as a bfloat16 number.</summary>
    /// <param name="words">Words of two bfloat16 numbers each.</param>
    internal static abstract TSelf LowBFloat16(TSelf words);

    /// <summary>Reads the high half of each 32-bit word as a bfloat16 number.</summary>
    /// <param name="words">Words of two bfloat16 numbers each.</param>
    internal static abstract TSelf HighBFloat16(TSelf words);

    /// <summary>Rounds to the nearest bfloat16 number, ties to even; NaN stays NaN.</summary>
    /// <remarks>
    /// A NaN may have no bit set that is rounded away, or it may come out as a number. No processor's arithmetic makes such NaNs, and
    /// bfloat16 holds none; what comes from float32 storage passes <see cref="PlainNaN"/>, and so does all that is rounded on a
    /// GPU.
    /// </remarks>
    /// <param name="x">The number.</param>
    internal static abstract TSelf RoundToBFloat16(TSelf x);

    /// <summary>The same numbers, with every NaN replaced by the one that <see cref="RoundToBFloat16"/> can round.</summary>
    /// <param name="x">The number.</param>
    internal static abstract TSelf PlainNaN(TSelf x);

    /// <summary>The same numbers, with every NaN replaced by 0x7FC00000, for formats whose bits are computed as integers.</summary>
    /// <param name="x">The number.</param>
    internal static abstract TSelf OneNaN(TSelf x);

    /// <summary>Words of two bfloat16 numbers, from registers that hold such numbers already.</summary>
    /// <param name="low">The numbers of the low halves, exact in bfloat16.</param>
    /// <param name="high">The numbers of the high halves, exact in bfloat16.</param>
    internal static abstract TSelf JoinBFloat16(TSelf low, TSelf high);

    /// <summary>Words of two bfloat16 numbers, rounded as <see cref="RoundToBFloat16"/> does.</summary>
    /// <param name="low">The numbers of the low halves.</param>
    /// <param name="high">The numbers of the high halves.</param>
    internal static abstract TSelf PackBFloat16(TSelf low, TSelf high);

    /// <summary>Reads the low half of each 32-bit word as an IEEE binary16 number.</summary>
    /// <param name="words">Words of two binary16 numbers each.</param>
    internal static abstract TSelf LowFloat16(TSelf words);

    /// <summary>Reads the high half of each 32-bit word as an IEEE binary16 number.</summary>
    /// <param name="words">Words of two binary16 numbers each.</param>
    internal static abstract TSelf HighFloat16(TSelf words);

    /// <summary>Rounds to the nearest binary16 number, ties to even, infinity beyond the largest; NaN stays NaN.</summary>
    /// <param name="x">The number.</param>
    internal static abstract TSelf RoundToFloat16(TSelf x);

    /// <summary>Words of two binary16 numbers, rounded as <see cref="RoundToFloat16"/> does; every NaN becomes 0x7E00.</summary>
    /// <param name="low">The numbers of the low halves.</param>
    /// <param name="high">The numbers of the high halves.</param>
    internal static abstract TSelf PackFloat16(TSelf low, TSelf high);

    /// <summary>
    /// Of the numbers in two registers' worth of consecutive words those in even places: the partners of the low halves of a
    /// register of half-width words. (A register of one number has each of the two words to itself.)
    /// </summary>
    /// <param name="first">The first register's worth.</param>
    /// <param name="second">The second register's worth.</param>
    internal static abstract TSelf Even(TSelf first, TSelf second);

    /// <summary>The numbers in odd places; see <see cref="Even"/>.</summary>
    /// <param name="first">The first register's worth.</param>
    /// <param name="second">The second register's worth.</param>
    internal static abstract TSelf Odd(TSelf first, TSelf second);

    /// <summary>The first register's worth of what <see cref="Even"/> and <see cref="Odd"/> took apart.</summary>
    /// <param name="even">The numbers of even places.</param>
    /// <param name="odd">The numbers of odd places.</param>
    internal static abstract TSelf ZipFirst(TSelf even, TSelf odd);

    /// <summary>The second register's worth; see <see cref="ZipFirst"/>.</summary>
    /// <param name="even">The numbers of even places.</param>
    /// <param name="odd">The numbers of odd places.</param>
    internal static abstract TSelf ZipSecond(TSelf even, TSelf odd);
}
