namespace Optimi;

/// <summary>How much memory a caller of <see cref="Functional"/> keeps for one argument of a step.</summary>
/// <param name="Argument">The argument: <c>first</c> to <c>fourth</c>, <c>kahanComp</c>, <c>lowBits</c> or <c>headers</c>.</param>
/// <param name="Name">What it holds: <c>exp_avg</c>, <c>moments</c> (both of a number together), <c>kahan_comp</c>, <c>low_bits</c>,
/// <c>headers</c> and the like.</param>
/// <param name="DType">How its numbers are stored; null if it holds integers.</param>
/// <param name="Codes">The type of its integers; null if it holds numbers.</param>
/// <param name="Length">How many numbers or integers there are.</param>
/// <param name="Bytes">How many bytes they take.</param>
public readonly record struct SlotSize(string Argument, string Name, DType? DType, CodeType? Codes, long Length, long Bytes);
