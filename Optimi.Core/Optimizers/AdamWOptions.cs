namespace Optimi;

/// <summary>The options of <see cref="AdamW"/>: those of <see cref="Adam"/>, with a weight decay of 1e-2, decoupled.</summary>
public sealed record AdamWOptions : AdamOptions
{
    /// <summary>The defaults.</summary>
    public AdamWOptions()
    {
        WeightDecay = 1e-2;
        DecoupleWd = true;
    }
}
