namespace Optimi;

/// <summary>One tensor of a list that is stepped together: all its memory.</summary>
/// <param name="Values">The parameter.</param>
/// <param name="Gradients">Its gradient, which is only read.</param>
/// <param name="First">The rule's first state, in the order of its state names; where there is none, the default.</param>
/// <param name="Second">The second state.</param>
/// <param name="Third">The third state.</param>
/// <param name="Fourth">The fourth state.</param>
/// <param name="KahanComp">The Kahan compensation.</param>
/// <param name="LowBits">The low bits of weights of 24 or 32 bits, which have them in place of a compensation.</param>
/// <param name="Headers">The headers of all compressed states.</param>
public readonly record struct TensorSlots(
    TensorMemory Values,
    TensorMemory Gradients,
    TensorMemory First = default,
    TensorMemory Second = default,
    TensorMemory Third = default,
    TensorMemory Fourth = default,
    TensorMemory KahanComp = default,
    TensorMemory LowBits = default,
    TensorMemory Headers = default)
{
    internal TensorMemory this[int slot] => slot switch
    {
        Slot.Values => Values,
        Slot.Gradients => Gradients,
        Slot.Compensation => LowBits.Length > 0 ? LowBits : KahanComp,
        Slot.FirstState => First,
        Slot.FirstState + 1 => Second,
        Slot.FirstState + 2 => Third,
        Slot.FirstState + 3 => Fourth,
        Slot.Headers => Headers,
        _ => default,
    };
}
