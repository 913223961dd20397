namespace Optimi;

/// <summary>How high the cycles of <see cref="CyclicLR"/> are.</summary>
public enum CyclicMode
{
    /// <summary>All the same.</summary>
    Triangular,

    /// <summary>Each half as high as the one before.</summary>
    Triangular2,

    /// <summary>The height is multiplied by gamma at each step.</summary>
    ExpRange,
}
