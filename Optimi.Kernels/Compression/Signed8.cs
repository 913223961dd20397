using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// A state in 8 bits with a sign, in groups of 32 that have a step in common. The codes are finest about zero: c stands for
/// <c>(|c| + 127) c</c> steps.
/// </summary>
/// <remarks>The header of a group is half a word: bits 30 to 15 of the step. All zero is zero. A NaN or an infinity makes all of its
/// group NaN.</remarks>
internal static class Signed8
{
    /// <summary>Numbers in a group.</summary>
    public const int GroupLength = 32;

    /// <summary>Groups in a tile.</summary>
    public const int GroupsPerTile = Tile.Length / GroupLength;

    /// <summary>Bytes of a tile's headers.</summary>
    public const int HeaderBytesPerTile = GroupsPerTile * sizeof(ushort);

    /// <summary>Steps of the greatest code: (127 + 127) 127.</summary>
    private const int MostSteps = 32258;

    private const int NaNHeader = 0xFF80;

    /// <summary>The step of a group.</summary>
    /// <param name="header">The header.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Step<TLane>(TLane header)
        where TLane : unmanaged, ILane<TLane> => TLane.ShiftLeft(header, 15);

    /// <summary>The state of the first number of each unit.</summary>
    /// <param name="codes">The codes: in the lowest byte that of the first number, above it that of the second.</param>
    /// <param name="step">The step.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Low<TLane>(TLane codes, TLane step)
        where TLane : unmanaged, ILane<TLane> => Decoded(TLane.ShiftRight(TLane.ShiftLeft(codes, 24), 24), step);

    /// <summary>The state of the second number of each unit.</summary>
    /// <param name="codes">The codes.</param>
    /// <param name="step">The step.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane High<TLane>(TLane codes, TLane step)
        where TLane : unmanaged, ILane<TLane> => Decoded(TLane.ShiftRight(TLane.ShiftLeft(codes, 16), 24), step);

    /// <summary>The bits of a state that the greatest is found of.</summary>
    /// <param name="state">The state.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Bounded<TLane>(TLane state)
        where TLane : unmanaged, ILane<TLane> => TLane.And(state, TLane.SplatBits(Pair16.Magnitude));

    /// <summary>The header of a group.</summary>
    /// <param name="greatest">The greatest of its <see cref="Bounded"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Header<TLane>(TLane greatest)
        where TLane : unmanaged, ILane<TLane>
    {
        TLane header = TLane.ShiftRightLogical(
            TLane.AddBits(greatest * TLane.Splat(1f / MostSteps), TLane.SplatBits(0x4000)), 15);
        return TLane.ChooseLess(
            greatest,
            TLane.SplatBits(Pair16.LeastScale),
            TLane.SplatBits(0),
            TLane.ChooseLess(greatest, TLane.SplatBits(Pair16.Infinity), header, TLane.SplatBits(NaNHeader)));
    }

    /// <summary>One over the step of a group; 0 where all is zero or NaN.</summary>
    /// <param name="greatest">The greatest of its <see cref="Bounded"/>.</param>
    /// <param name="header">Its header.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane InverseStep<TLane>(TLane greatest, TLane header)
        where TLane : unmanaged, ILane<TLane> => TLane.ChooseLess(
            greatest,
            TLane.SplatBits(Pair16.LeastScale),
            TLane.SplatBits(0),
            TLane.ChooseLess(
                greatest, TLane.SplatBits(Pair16.Infinity), TLane.Splat(1) / Step(header), TLane.SplatBits(0)));

    /// <summary>The codes of each unit.</summary>
    /// <param name="low">The states of the first numbers.</param>
    /// <param name="high">Those of the second ones.</param>
    /// <param name="inverseStep">One over the step.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Codes<TLane>(TLane low, TLane high, TLane inverseStep)
        where TLane : unmanaged, ILane<TLane> => TLane.Blend(
            0xFF, Code(low, inverseStep), TLane.ShiftLeft(Code(high, inverseStep), 8));

    /// <summary>The code of a lone number, in the lowest byte; what is above is left over.</summary>
    /// <param name="state">The state.</param>
    /// <param name="inverseStep">One over the step.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Lone<TLane>(TLane state, TLane inverseStep)
        where TLane : unmanaged, ILane<TLane> => Code(state, inverseStep);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Decoded<TLane>(TLane code, TLane step)
        where TLane : unmanaged, ILane<TLane>
    {
        TLane c = TLane.FromInteger(code);
        return (TLane.And(c, TLane.SplatBits(Pair16.Magnitude)) + TLane.Splat(127)) * c * step;
    }

    /// <summary>The c of which <c>(|c| + 127) c</c> steps are nearest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Code<TLane>(TLane state, TLane inverseStep)
        where TLane : unmanaged, ILane<TLane>
    {
        TLane steps = TLane.Convertible(Bounded(state) * inverseStep);
        TLane root = TLane.Sqrt(TLane.MultiplyAdd(TLane.Splat(4), steps, TLane.Splat(127 * 127)));
        // Half a code more than the root says, so that it is rounded to the nearest; the sign goes along.
        TLane magnitude = TLane.MultiplyAdd(root, TLane.Splat(0.5f), TLane.Splat(-63));
        return TLane.ToInteger(TLane.CopySign(magnitude, state));
    }
}
