using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>Where a tensor lies: an entry of the table that <see cref="Kernels.TensorPlaces"/> reads.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TensorPlace
{
    /// <summary>Where each slot begins.</summary>
    public SlotAddresses Slots;

    /// <summary>How many numbers there are.</summary>
    public long Length;
}
