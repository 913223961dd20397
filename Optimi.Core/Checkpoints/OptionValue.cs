namespace Optimi;

/// <summary>The value of one option: numbers, of which a flag is 1 or 0.</summary>
internal sealed record OptionValue(double[] Numbers, OptionKind Kind);
