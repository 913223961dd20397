namespace Optimi;

/// <summary>What the threshold of <see cref="ReduceLROnPlateau"/> is.</summary>
public enum ThresholdMode
{
    /// <summary>A share of the best metric.</summary>
    Rel,

    /// <summary>A difference from the best metric.</summary>
    Abs,
}
