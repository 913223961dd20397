using System.Runtime.CompilerServices;

namespace Optimi;

/// <summary>Where each slot of a tensor begins, by <see cref="Slot"/>; 0 for one that is not there.</summary>
[InlineArray(Slot.Count)]
internal struct SlotAddresses
{
    private nint _first;
}
