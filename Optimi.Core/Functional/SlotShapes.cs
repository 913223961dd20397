using System.Runtime.CompilerServices;

namespace Optimi;

/// <summary>A shape for each slot, by <see cref="Slot"/>.</summary>
[InlineArray(Slot.Count)]
internal struct SlotShapes
{
    private SlotShape _first;
}
