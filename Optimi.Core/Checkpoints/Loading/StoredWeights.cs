namespace Optimi;

/// <summary>The weights of a parameter as a file has them.</summary>
/// <param name="Value">Its values.</param>
/// <param name="LowBits">Their low bits; null if there are none.</param>
/// <param name="Compensation">Their Kahan compensation; null if there is none.</param>
internal sealed record StoredWeights(StoredTensor Value, StoredTensor? LowBits, StoredTensor? Compensation)
{
    /// <summary>How they are kept; plain if nothing goes with the values.</summary>
    public WeightFormat Format => LowBits is not null
        ? SplitWeights.Of(LowBits.Type)!.Value
        : Compensation is not null ? WeightFormat.Kahan : WeightFormat.Plain;

    /// <summary>The weights themselves: values, and what goes with them.</summary>
    public NumberSource Numbers =>
        LowBits is null ? new PlainSource(Value, Compensation) : new SplitSource(Value, LowBits, Format);

    /// <summary>What low bits add to the values.</summary>
    public NumberSource Remainders => new SplitSource(Value, LowBits!, Format, isDifference: true);

    /// <summary>Whether all have the shape of a parameter.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="different">Where it is said if one has not.</param>
    public bool Fit(Parameter parameter, List<string> different) =>
        StoredShape.Fits(Value, parameter, different)
        && (LowBits is null || StoredShape.Fits(LowBits, parameter, different))
        && (Compensation is null || StoredShape.Fits(Compensation, parameter, different));

    /// <summary>What is wrong with their types; null if nothing is.</summary>
    public string? Flaw()
    {
        if (Value.DType is null && Value.Type != TensorTypes.Float64)
            return $"'{Value.Name}' is {Value.Type}, which no parameter can be.";
        if (Compensation is { DType: null })
            return $"'{Compensation.Name}' is {Compensation.Type}, which no compensation can be.";
        if (LowBits is null)
            return null;
        if (SplitWeights.Of(LowBits.Type) is null)
            return $"'{LowBits.Name}' is {LowBits.Type}, but low bits are {TensorTypes.Int8} or {TensorTypes.Int16}.";
        if (Value.DType != DType.BFloat16)
            return $"'{LowBits.Name}' goes with '{Value.Name}', which is {Value.Type}, but only {TensorTypes.Of(DType.BFloat16)} values have low bits.";
        return Compensation is null ? null : $"'{LowBits.Name}' and '{Compensation.Name}' are both there, but a parameter has one of them.";
    }
}
