using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>Decodes and encodes <see cref="Pair16"/> unit by unit, in the registers of a thread.</summary>
internal static class Pair16Units
{
    /// <summary>Decodes a unit.</summary>
    /// <param name="decoding">What its group takes.</param>
    /// <param name="codes">The words.</param>
    /// <param name="first">Where first moments go.</param>
    /// <param name="second">Where second moments go.</param>
    /// <param name="unit">The unit's number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode(
        in Pair16Decoding<ScalarLane> decoding, in QuadWords codes, ref QuadWords first, ref QuadWords second, int unit)
    {
        ScalarLane word = codes.Load(unit);
        Moments<ScalarLane> low = decoding.Low(word);
        Moments<ScalarLane> high = decoding.High(word);
        first.StoreNear(unit, low.First, high.First);
        second.StoreNear(unit, low.Second, high.Second);
    }

    /// <summary>The greatest second moment of some and of a unit.</summary>
    /// <param name="greatest">That of the others.</param>
    /// <param name="second">The second moments.</param>
    /// <param name="unit">The unit's number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Greatest(ScalarLane greatest, in QuadWords second, int unit) => ScalarLane.MaxBits(
        greatest,
        ScalarLane.MaxBits(Pair16.Bounded(second.LoadNear(2 * unit)), Pair16.Bounded(second.LoadNear((2 * unit) + 1))));

    /// <summary>The greatest depth of some second moments and of a unit's.</summary>
    /// <param name="deepest">That of the others.</param>
    /// <param name="second">The second moments.</param>
    /// <param name="unit">The unit's number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Deepest(ScalarLane deepest, in QuadWords second, int unit) => ScalarLane.MaxBits(
        deepest,
        ScalarLane.MaxBits(
            Pair16.Depth(Pair16.Bounded(second.LoadNear(2 * unit))),
            Pair16.Depth(Pair16.Bounded(second.LoadNear((2 * unit) + 1)))));

    /// <summary>Puts the codes of a unit's second moments where they were, and scaled first moments where those were.</summary>
    /// <param name="seconds">What its group takes.</param>
    /// <param name="first">First moments.</param>
    /// <param name="second">Second moments.</param>
    /// <param name="unit">The unit's number.</param>
    /// <param name="dithers">The dither.</param>
    /// <param name="firstNumber">The number in its tensor of what unit 0 begins with.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EncodeSeconds(
        in Pair16Seconds<ScalarLane> seconds,
        ref QuadWords first,
        ref QuadWords second,
        int unit,
        in DitherScalars<ScalarLane> dithers,
        int firstNumber)
    {
        ScalarLane dither = dithers.At(firstNumber, unit, numbersPerUnit: 2);
        ScalarLane low = seconds.CodeFromTop(Pair16.Bounded(second.LoadNear(2 * unit)), dither);
        ScalarLane high = seconds.CodeFromTop(Pair16.Bounded(second.LoadNear((2 * unit) + 1)), dithers.Second(dither));
        second.StoreNear(unit, low, high);
        first.StoreNear(
            unit, seconds.Scaled(first.LoadNear(2 * unit), low), seconds.Scaled(first.LoadNear((2 * unit) + 1), high));
    }

    /// <summary>Writes the word of a unit.</summary>
    /// <param name="seconds">What its group's second moments take.</param>
    /// <param name="firsts">What its first moments take.</param>
    /// <param name="first">Scaled first moments.</param>
    /// <param name="second">Codes of second moments.</param>
    /// <param name="codes">Where the word goes.</param>
    /// <param name="unit">The unit's number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EncodeFirsts(
        in Pair16Seconds<ScalarLane> seconds,
        in Pair16Firsts<ScalarLane> firsts,
        in QuadWords first,
        in QuadWords second,
        ref QuadWords codes,
        int unit) => codes.Store(unit, firsts.Words(
            seconds.Words(second.LoadNear(2 * unit), second.LoadNear((2 * unit) + 1)),
            first.LoadNear(2 * unit),
            first.LoadNear((2 * unit) + 1)));
}
