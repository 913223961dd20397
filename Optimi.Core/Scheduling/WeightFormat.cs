namespace Optimi;

/// <summary>What goes with the values of parameters, so that small updates are not lost.</summary>
internal enum WeightFormat
{
    /// <summary>Nothing.</summary>
    Plain,

    /// <summary>A Kahan compensation.</summary>
    Kahan,

    /// <summary>Nothing, but rounding is dithered.</summary>
    Dithered16,

    /// <summary>8 bits more.</summary>
    Split24,

    /// <summary>16 bits more.</summary>
    Split32,
}
