namespace Optimi;

/// <summary>What memory was given for a slot; of length 0 if none was.</summary>
internal readonly record struct SlotShape(SlotElement Element, long Length);
