namespace Optimi;

/// <summary>A <see cref="GradientScaler"/> as a checkpoint describes it.</summary>
internal sealed record SavedScaler(double Scale, long GrowthTracker);
