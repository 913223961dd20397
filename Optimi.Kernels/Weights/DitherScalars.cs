using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>A <see cref="Dither"/> as scalars of a step: integers in the registers' bits.</summary>
/// <typeparam name="TLane">The register.</typeparam>
internal struct DitherScalars<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>What it begins with.</summary>
    public TLane Offset;

    /// <summary>From a number to the next one.</summary>
    public TLane Multiplier;

    /// <summary>The scalars of a dither.</summary>
    /// <param name="dither">The dither.</param>
    public static DitherScalars<TLane> Of(Dither dither) => new()
    {
        Offset = TLane.SplatBits(dither.Offset),
        Multiplier = TLane.SplatBits(dither.Multiplier),
    };

    /// <summary>The bits for the first number of each unit, in a register of units.</summary>
    /// <param name="firstNumber">The number in its tensor of what unit 0 begins with.</param>
    /// <param name="register">The number of the register of units.</param>
    /// <param name="numbersPerUnit">Numbers of a unit, 1 or 2.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane At(int firstNumber, int register, int numbersPerUnit) => TLane.AddBits(
        Offset,
        TLane.MultiplyBits(
            Multiplier,
            TLane.AddBits(
                TLane.SplatBits(firstNumber + (numbersPerUnit * TLane.Width * register)),
                TLane.ShiftLeft(TLane.Sequence, numbersPerUnit - 1))));

    /// <summary>From the first to the second number of each unit.</summary>
    /// <param name="bits">The bits of the first.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Second(TLane bits) => TLane.AddBits(bits, Multiplier);

    /// <summary>How far it is from a register of units to the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Step() => TLane.MultiplyBits(Multiplier, TLane.SplatBits(2 * TLane.Width));
}
