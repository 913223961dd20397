namespace Optimi.Kernels;

/// <content>
/// The register as 32-bit integers: what formats compute with that store a number in fewer bits than it has. The bits are those of the
/// float32 numbers, and back.
/// </content>
public partial interface ILane<TSelf>
{
    /// <summary>Integers in a register.</summary>
    internal static abstract int Width { get; }

    /// <summary>0, 1, 2 and so on.</summary>
    internal static abstract TSelf Sequence { get; }

    /// <summary>A register that holds one integer everywhere.</summary>
    /// <param name="bits">The integer.</param>
    internal static abstract TSelf SplatBits(int bits);

    /// <summary><c>a + b</c>, modulo 2^32.</summary>
    /// <param name="a">The first summand.</param>
    /// <param name="b">The second summand.</param>
    internal static abstract TSelf AddBits(TSelf a, TSelf b);

    /// <summary><c>a - b</c>, modulo 2^32.</summary>
    /// <param name="a">The minuend.</param>
    /// <param name="b">The subtrahend.</param>
    internal static abstract TSelf SubtractBits(TSelf a, TSelf b);

    /// <summary><c>a * b</c>, modulo 2^32.</summary>
    /// <param name="a">The first factor.</param>
    /// <param name="b">The second factor.</param>
    internal static abstract TSelf MultiplyBits(TSelf a, TSelf b);

    /// <summary><c>a &amp; b</c>.</summary>
    /// <param name="a">The first integer.</param>
    /// <param name="b">The second integer.</param>
    internal static abstract TSelf And(TSelf a, TSelf b);

    /// <summary><c>a &amp; ~b</c>.</summary>
    /// <param name="a">The integer of which bits are kept.</param>
    /// <param name="b">The bits that are not.</param>
    internal static abstract TSelf AndNot(TSelf a, TSelf b);

    /// <summary><c>a | b</c>.</summary>
    /// <param name="a">The first integer.</param>
    /// <param name="b">The second integer.</param>
    internal static abstract TSelf Or(TSelf a, TSelf b);

    /// <summary><c>a ^ b</c>.</summary>
    /// <param name="a">The first integer.</param>
    /// <param name="b">The second integer.</param>
    internal static abstract TSelf Xor(TSelf a, TSelf b);

    /// <summary>The bytes of one integer where a mask has ones, those of another where it has zeros.</summary>
    /// <param name="mask">The mask: each byte is 0 or 255.</param>
    /// <param name="ones">What is taken where it has ones.</param>
    /// <param name="zeros">What is taken where it has zeros.</param>
    internal static abstract TSelf Blend(int mask, TSelf ones, TSelf zeros);

    /// <summary>The upper halves of two integers as the halves of one.</summary>
    /// <param name="low">That of the lower half.</param>
    /// <param name="high">That of the upper half.</param>
    internal static abstract TSelf JoinUpper(TSelf low, TSelf high);

    /// <summary>A number, not negative, with the sign of another one.</summary>
    /// <param name="magnitude">The number.</param>
    /// <param name="signed">The other one.</param>
    internal static abstract TSelf CopySign(TSelf magnitude, TSelf signed);

    /// <summary><c>a &lt;&lt; count</c>.</summary>
    /// <param name="a">The integer.</param>
    /// <param name="count">From 0 to 31.</param>
    internal static abstract TSelf ShiftLeft(TSelf a, int count);

    /// <summary><c>a &lt;&lt; count</c>, each integer by its own count.</summary>
    /// <param name="a">The integer.</param>
    /// <param name="count">From 0 to 31.</param>
    internal static abstract TSelf ShiftLeft(TSelf a, TSelf count);

    /// <summary><c>a &gt;&gt; count</c>, which keeps the sign.</summary>
    /// <param name="a">The integer.</param>
    /// <param name="count">From 0 to 31.</param>
    internal static abstract TSelf ShiftRight(TSelf a, int count);

    /// <summary><c>a &gt;&gt; count</c>, which keeps the sign, each integer by its own count.</summary>
    /// <param name="a">The integer.</param>
    /// <param name="count">From 0 to 31.</param>
    internal static abstract TSelf ShiftRight(TSelf a, TSelf count);

    /// <summary><c>a &gt;&gt;&gt; count</c>, which fills up with zeros.</summary>
    /// <param name="a">The integer.</param>
    /// <param name="count">From 0 to 31.</param>
    internal static abstract TSelf ShiftRightLogical(TSelf a, int count);

    /// <summary>The greater of two signed integers.</summary>
    /// <param name="a">The first integer.</param>
    /// <param name="b">The second integer.</param>
    internal static abstract TSelf MaxBits(TSelf a, TSelf b);

    /// <summary>The lesser of two signed integers.</summary>
    /// <param name="a">The first integer.</param>
    /// <param name="b">The second integer.</param>
    internal static abstract TSelf MinBits(TSelf a, TSelf b);

    /// <summary><c>a &lt; b ? whenLess : otherwise</c> of signed integers, without a branch.</summary>
    /// <param name="a">The first integer.</param>
    /// <param name="b">The second integer.</param>
    /// <param name="whenLess">What is taken if the first is less.</param>
    /// <param name="otherwise">What is taken if not.</param>
    internal static abstract TSelf ChooseLess(TSelf a, TSelf b, TSelf whenLess, TSelf otherwise);

    /// <summary>The float32 numbers nearest to signed integers, ties to even.</summary>
    /// <param name="bits">The integers.</param>
    internal static abstract TSelf FromInteger(TSelf bits);

    /// <summary>The integers next to float32 numbers, towards zero. A number must not be beyond 2^31, nor a NaN but of those that
    /// <see cref="Convertible"/> lets pass.</summary>
    /// <param name="x">The numbers.</param>
    internal static abstract TSelf ToInteger(TSelf x);

    /// <summary>Numbers that are not negative, with zero for NaN, or with such NaNs of which <see cref="ToInteger"/> makes integers whose
    /// lower halves are zero.</summary>
    /// <param name="x">The numbers.</param>
    internal static abstract TSelf Convertible(TSelf x);

    /// <summary>Reads 16-bit pieces of memory of the host, as many as there are integers in a register, each into one with zeros above.</summary>
    /// <param name="at">Where they lie.</param>
    internal static abstract unsafe TSelf LoadHalves(byte* at);

    /// <summary>Writes the lower halves of integers to memory of the host, side by side.</summary>
    /// <param name="at">Where they go.</param>
    /// <param name="bits">The integers.</param>
    internal static abstract unsafe void StoreHalves(byte* at, TSelf bits);

    /// <summary>The greatest signed integer in each of some registers in memory of the host, as many as there are integers in one: that of
    /// the first in the first place.</summary>
    /// <param name="registers">The registers.</param>
    internal static abstract unsafe TSelf MaxOfEach(TSelf* registers);
}
