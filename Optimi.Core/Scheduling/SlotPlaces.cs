using System.Runtime.CompilerServices;

namespace Optimi;

/// <summary>Where each slot of a tensor lies, by <see cref="Slot"/>; nowhere if it is not there.</summary>
[InlineArray(Slot.Count)]
internal struct SlotPlaces
{
    private MemoryPlace _first;
}
