namespace Optimi.Bench;

/// <summary>How parameters and states are stored.</summary>
/// <param name="DType">The storage of parameters and gradients.</param>
/// <param name="Kahan">Whether there is a compensation.</param>
/// <param name="States">How states are stored.</param>
/// <param name="WeightBits">The bits of the weights; null for those of the parameters.</param>
internal sealed record StorageMode(
    DType DType, bool Kahan, StatesMode States = StatesMode.Parameter, int? WeightBits = null)
{
    /// <summary>Whether numbers are packed or split, so that what becomes of one may depend on those beside it, and on its place in the
    /// tensor.</summary>
    public bool IsPacked => States == StatesMode.Compressed || WeightBits is not null;

    /// <summary>Options, with parameters and states stored so.</summary>
    public TOptions Of<TOptions>(TOptions options)
        where TOptions : OptimizerOptions => options with
        {
            Kahan = Kahan,
            StateDType = States == StatesMode.Float32 ? DType.Float32 : null,
            CompressedStates = States == StatesMode.Compressed,
            MasterWeightBits = WeightBits,
        };

    /// <summary>It in words, behind what the parameters' type is called.</summary>
    public string Behind(string dtype)
    {
        string kahan = Kahan ? " + Kahan" : "";
        string states = States == StatesMode.Parameter ? "" : $", {States.ToString().ToLowerInvariant()} states";
        string weights = WeightBits is int bits ? FormattableString.Invariant($", {bits}-bit weights") : "";
        return $"{dtype}{kahan}{states}{weights}";
    }

    /// <inheritdoc/>
    public override string ToString() => Behind(DType.ToString().ToLowerInvariant());
}
