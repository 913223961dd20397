namespace Optimi;

/// <summary>How a value falls at the end of a schedule: what is left of it when a share x of the decay's steps is done.</summary>
public enum DecayShape
{
    /// <summary>1 - x.</summary>
    Linear,

    /// <summary>(1 + cos πx) / 2.</summary>
    Cosine,

    /// <summary>1 - √x.</summary>
    OneMinusSqrt,
}
