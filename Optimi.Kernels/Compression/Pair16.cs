using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// First and second moment of a number in 16 bits, in groups of 64. The second one, v, is in even steps of its float32 bits, which are
/// even in its logarithm, from the group's least to its greatest. The first one, m, is relative to √v, number by number, so that a small
/// gradient among large ones keeps its direction. How the 16 bits are split follows from how far the group's v lie apart: v has s of 7
/// to 9.
/// </summary>
/// <remarks>
/// A number is <c>(code of m &lt;&lt; s) | code of v</c>. The header of a group is two words: <c>top | code of δ</c>, where top is the
/// greatest v and δ the step of v, both in float32 bits, and <c>step | (s - 7)</c>, where step is that of m. All zero is zero. A NaN or
/// an infinity in m makes all m of its group NaN; v saturates.
/// </remarks>
internal static class Pair16
{
    /// <summary>Numbers in a group.</summary>
    public const int GroupLength = 64;

    /// <summary>Groups in a tile.</summary>
    public const int GroupsPerTile = Tile.Length / GroupLength;

    /// <summary>Words of a group's header.</summary>
    public const int HeaderWords = 2;

    /// <summary>Bytes of a tile's headers.</summary>
    public const int HeaderBytesPerTile = GroupsPerTile * HeaderWords * sizeof(uint);

    /// <summary>The bits of 2^-125, below which v is zero.</summary>
    internal const int Least = 0x01000000;

    /// <summary>The bits at which v saturates.</summary>
    internal const int Greatest = 0x7F7FFF00;

    /// <summary>The bits of a float32 number but its sign.</summary>
    internal const int Magnitude = 0x7FFFFFFF;

    /// <summary>The bits of infinity, and the exponent's.</summary>
    internal const int Infinity = 0x7F800000;

    /// <summary>The bits of 2^-95: where all of a group's numbers are less, they are zero.</summary>
    internal const int LeastScale = 0x10000000;

    /// <summary>The fewest bits that v can have.</summary>
    internal const int FewestBits = 7;

    /// <summary>The bits of v that the greatest is found of.</summary>
    /// <param name="second">v.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Bounded<TLane>(TLane second)
        where TLane : unmanaged, ILane<TLane> =>
        TLane.MinBits(TLane.And(second, TLane.SplatBits(Magnitude)), TLane.SplatBits(Greatest));

    /// <summary>A measure of bounded bits that is greatest for the least v that is not zero.</summary>
    /// <param name="bounded">The bits.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Depth<TLane>(TLane bounded)
        where TLane : unmanaged, ILane<TLane> =>
        TLane.And(TLane.SubtractBits(TLane.SplatBits(Least - 1), bounded), TLane.SplatBits(Magnitude));

    /// <summary>The power of two at or below √v; 2^-64 for v = 0.</summary>
    /// <param name="second">v, not negative.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane RootScale<TLane>(TLane second)
        where TLane : unmanaged, ILane<TLane> => TLane.And(
            TLane.AddBits(TLane.ShiftRight(second, 1), TLane.SplatBits(0x1FC00000)), TLane.SplatBits(Infinity));

    /// <summary>One over <see cref="RootScale"/>.</summary>
    /// <param name="second">v, not negative.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane InverseRootScale<TLane>(TLane second)
        where TLane : unmanaged, ILane<TLane> => TLane.SubtractBits(TLane.SplatBits(0x7F000000), RootScale(second));
}
