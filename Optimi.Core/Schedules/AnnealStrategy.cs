namespace Optimi;

/// <summary>How <see cref="OneCycleLR"/> goes from one value to the next.</summary>
public enum AnnealStrategy
{
    /// <summary>Along half a wave of a cosine.</summary>
    Cos,

    /// <summary>Along a line.</summary>
    Linear,
}
