using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>Decodes and encodes <see cref="Signed8"/> unit by unit, in the registers of a thread.</summary>
internal static class Signed8Units
{
    /// <summary>Decodes a unit.</summary>
    /// <param name="step">The step of its group.</param>
    /// <param name="codes">The codes.</param>
    /// <param name="states">Where states go.</param>
    /// <param name="unit">The unit's number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode(ScalarLane step, in QuadWords codes, ref QuadWords states, int unit)
    {
        ScalarLane both = codes.LoadHalf(unit);
        states.StoreNear(unit, Signed8.Low(both, step), Signed8.High(both, step));
    }

    /// <summary>Multiplies the states of a unit by the powers of two at or below the roots of second moments.</summary>
    /// <param name="states">The states.</param>
    /// <param name="second">The second moments.</param>
    /// <param name="unit">The unit's number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(ref QuadWords states, in QuadWords second, int unit) => states.StoreNear(
        unit,
        states.LoadNear(2 * unit) * Pair16.RootScale(second.LoadNear(2 * unit)),
        states.LoadNear((2 * unit) + 1) * Pair16.RootScale(second.LoadNear((2 * unit) + 1)));

    /// <summary>Makes the states of a unit relative to second moments as they will be decoded.</summary>
    /// <param name="states">The states.</param>
    /// <param name="seconds">What the second moments' group takes.</param>
    /// <param name="second">The codes of second moments.</param>
    /// <param name="unit">The unit's number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Divide(ref QuadWords states, in Pair16Seconds<ScalarLane> seconds, in QuadWords second, int unit) =>
        states.StoreNear(
            unit,
            seconds.Scaled(states.LoadNear(2 * unit), second.LoadNear(2 * unit)),
            seconds.Scaled(states.LoadNear((2 * unit) + 1), second.LoadNear((2 * unit) + 1)));

    /// <summary>The greatest state of some and of a unit, in bits without sign.</summary>
    /// <param name="greatest">That of the others.</param>
    /// <param name="states">The states.</param>
    /// <param name="unit">The unit's number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Greatest(ScalarLane greatest, in QuadWords states, int unit) => ScalarLane.MaxBits(
        greatest,
        ScalarLane.MaxBits(Signed8.Bounded(states.LoadNear(2 * unit)), Signed8.Bounded(states.LoadNear((2 * unit) + 1))));

    /// <summary>Writes the codes of a unit.</summary>
    /// <param name="inverseStep">One over the step of its group.</param>
    /// <param name="states">The states.</param>
    /// <param name="codes">Where codes go.</param>
    /// <param name="unit">The unit's number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Encode(ScalarLane inverseStep, in QuadWords states, ref QuadWords codes, int unit) => codes.StoreHalf(
        unit, Signed8.Codes(states.LoadNear(2 * unit), states.LoadNear((2 * unit) + 1), inverseStep));
}
