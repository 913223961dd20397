using System.Globalization;
using System.Runtime.CompilerServices;

namespace Optimi;

/// <summary>The checks of memory that is given by its address.</summary>
internal static unsafe class RawMemory
{
    /// <summary>Checks an address and what it is said to hold.</summary>
    /// <returns>The first byte.</returns>
    /// <exception cref="ParameterException">The length is negative, or the address is 0 or not aligned to an element.</exception>
    public static ref byte Checked(nint address, SlotElement element, long length)
    {
        Check(address, element, length);
        return ref Unsafe.AsRef<byte>((void*)address);
    }

    /// <inheritdoc cref="Checked"/>
    public static void Check(nint address, SlotElement element, long length)
    {
        if (length < 0)
            throw new ParameterException(FormattableString.Invariant($"The length of memory is {length}, but it must be at least 0."));
        if (length > 0 && address == 0)
            throw new ParameterException("The address of memory is 0; pass where it begins.");
        if (address % element.Bytes() != 0)
        {
            throw new ParameterException(FormattableString.Invariant(
                $"The address 0x{address:x} is not a multiple of {element.Bytes()} bytes, as {element} needs; pass where an element begins."));
        }
    }

    /// <summary>Checks that a tensor's numbers follow one another.</summary>
    /// <exception cref="ParameterException">They do not.</exception>
    public static void CheckDense(bool isDense, ReadOnlySpan<nint> lengths)
    {
        if (isDense)
            return;
        string shape = string.Join(", ", lengths.ToArray().Select(length => length.ToString(CultureInfo.InvariantCulture)));
        throw new ParameterException($"The tensor of shape [{shape}] is not dense; copy it to one that is.");
    }
}
