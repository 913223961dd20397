namespace Optimi;

/// <summary>Which metric is better.</summary>
public enum PlateauMode
{
    /// <summary>The lower one, such as a loss.</summary>
    Min,

    /// <summary>The higher one, such as an accuracy.</summary>
    Max,
}
