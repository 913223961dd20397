using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>Rounds float64 numbers to a storage type, once: nearest, ties to even.</summary>
internal static class RoundedOnce
{
    /// <summary>Rounds numbers.</summary>
    /// <param name="numbers">The numbers.</param>
    /// <param name="dtype">The storage type.</param>
    /// <param name="stored">Where to put them as they are stored.</param>
    /// <param name="rounded">Where to put what they are then.</param>
    public static void Write(ReadOnlySpan<double> numbers, DType dtype, Span<byte> stored, Span<double> rounded)
    {
        switch (dtype)
        {
            case DType.Float32:
                Span<float> floats = MemoryMarshal.Cast<byte, float>(stored);
                for (int i = 0; i < numbers.Length; i++)
                    rounded[i] = floats[i] = (float)numbers[i];
                break;
            case DType.BFloat16:
                Span<BFloat16> bfloats = MemoryMarshal.Cast<byte, BFloat16>(stored);
                for (int i = 0; i < numbers.Length; i++)
                {
                    bfloats[i] = (BFloat16)ToOdd(numbers[i]);
                    rounded[i] = (float)bfloats[i];
                }

                break;
            default:
                Span<Half> halves = MemoryMarshal.Cast<byte, Half>(stored);
                for (int i = 0; i < numbers.Length; i++)
                {
                    float number = ToOdd(numbers[i]);
                    halves[i] = float.IsNaN(number) ? BitConverter.UInt16BitsToHalf(0x7E00) : (Half)number;
                    rounded[i] = (double)halves[i];
                }

                break;
        }
    }

    /// <summary>Rounds to float32, to an odd last bit if it is not exact, so that rounding once more does what rounding at once would
    /// have done (Boldo, Melquiond, <see href="https://doi.org/10.1109/TC.2007.70819">Emulation of FMA and correctly rounded
    /// sums</see>).</summary>
    private static float ToOdd(double number)
    {
        float nearest = (float)number;
        if (nearest == number || !float.IsFinite(nearest) || (BitConverter.SingleToInt32Bits(nearest) & 1) != 0)
            return nearest;
        return nearest < number ? MathF.BitIncrement(nearest) : MathF.BitDecrement(nearest);
    }
}
