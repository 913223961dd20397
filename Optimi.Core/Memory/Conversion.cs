using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>Conversion of whole spans between storage types, on the vectors that the machine has.</summary>
public static class Conversion
{
    /// <summary>Rounds to the nearest bfloat16 numbers, ties to even; every NaN becomes 0x7FC0.</summary>
    /// <param name="source">The numbers.</param>
    /// <param name="destination">Where to put them; as long as <paramref name="source"/>.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Round(ReadOnlySpan<float> source, Span<BFloat16> destination)
    {
        ThrowUnlessEqual(source.Length, destination.Length);
        Span<ushort> bits = MemoryMarshal.Cast<BFloat16, ushort>(destination);
        int i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector<uint> low = RoundedBits(new Vector<float>(source[i..]));
            Vector<uint> high = RoundedBits(new Vector<float>(source[(i + Vector<float>.Count)..]));
            Vector.Narrow(low, high).CopyTo(bits[i..]);
        }

        for (; i < source.Length; i++)
            destination[i] = (BFloat16)source[i];
    }

    /// <summary>Widens to float32; always exact.</summary>
    /// <param name="source">The numbers.</param>
    /// <param name="destination">Where to put them; as long as <paramref name="source"/>.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Widen(ReadOnlySpan<BFloat16> source, Span<float> destination)
    {
        ThrowUnlessEqual(source.Length, destination.Length);
        ReadOnlySpan<ushort> bits = MemoryMarshal.Cast<BFloat16, ushort>(source);
        int i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(bits[i..]), out Vector<uint> low, out Vector<uint> high);
            Vector.AsVectorSingle(low << 16).CopyTo(destination[i..]);
            Vector.AsVectorSingle(high << 16).CopyTo(destination[(i + Vector<float>.Count)..]);
        }

        for (; i < source.Length; i++)
            destination[i] = source[i];
    }

    /// <summary>Rounds to the nearest binary16 numbers, ties to even; every NaN becomes 0x7E00.</summary>
    /// <param name="source">The numbers.</param>
    /// <param name="destination">Where to put them; as long as <paramref name="source"/>.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Round(ReadOnlySpan<float> source, Span<Half> destination)
    {
        ThrowUnlessEqual(source.Length, destination.Length);
        for (int i = 0; i < source.Length; i++)
            destination[i] = float.IsNaN(source[i]) ? BitConverter.UInt16BitsToHalf(0x7E00) : (Half)source[i];
    }

    /// <summary>Widens to float32; always exact.</summary>
    /// <param name="source">The numbers.</param>
    /// <param name="destination">Where to put them; as long as <paramref name="source"/>.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Widen(ReadOnlySpan<Half> source, Span<float> destination)
    {
        ThrowUnlessEqual(source.Length, destination.Length);
        for (int i = 0; i < source.Length; i++)
            destination[i] = (float)source[i];
    }

    /// <summary>Converts between any two storage types, by way of float32.</summary>
    internal static void Convert<TFrom, TTo>(ReadOnlySpan<TFrom> source, Span<TTo> destination)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        if (typeof(TFrom) == typeof(TTo))
        {
            MemoryMarshal.Cast<TFrom, TTo>(source).CopyTo(destination);
            return;
        }

        float[] rented = ArrayPool<float>.Shared.Rent(source.Length);
        Span<float> wide = rented.AsSpan(0, source.Length);
        if (typeof(TFrom) == typeof(BFloat16))
            Widen(MemoryMarshal.Cast<TFrom, BFloat16>(source), wide);
        else if (typeof(TFrom) == typeof(Half))
            Widen(MemoryMarshal.Cast<TFrom, Half>(source), wide);
        else
            MemoryMarshal.Cast<TFrom, float>(source).CopyTo(wide);
        if (typeof(TTo) == typeof(BFloat16))
            Round(wide, MemoryMarshal.Cast<TTo, BFloat16>(destination));
        else if (typeof(TTo) == typeof(Half))
            Round(wide, MemoryMarshal.Cast<TTo, Half>(destination));
        else
            wide.CopyTo(MemoryMarshal.Cast<TTo, float>(destination));
        ArrayPool<float>.Shared.Return(rented);
    }

    private static Vector<uint> RoundedBits(Vector<float> numbers)
    {
        Vector<uint> bits = Vector.AsVectorUInt32(numbers);
        Vector<uint> rounded = ((bits | ((bits >>> 16) & Vector<uint>.One)) + new Vector<uint>(0x7FFF)) >>> 16;
        Vector<uint> isNumber = Vector.AsVectorUInt32(Vector.Equals(numbers, numbers));
        return Vector.ConditionalSelect(isNumber, rounded, new Vector<uint>(0x7FC0));
    }

    private static void ThrowUnlessEqual(int source, int destination)
    {
        if (source != destination)
            throw new ArgumentException($"{source} numbers do not fit a destination of {destination}; the lengths must be equal.");
    }
}
