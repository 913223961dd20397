namespace Optimi;

/// <summary>Multiplies each value by gamma at certain steps.</summary>
public sealed class MultiStepLR : FormulaLR
{
    private readonly int[] _milestones;
    private readonly double _gamma;

    /// <summary>Creates the schedule.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="milestones">The steps, in any order: at least 0. One that is named twice counts twice.</param>
    /// <param name="gamma">The factor: finite, at least 0. Default 0.1.</param>
    /// <param name="target">Which number of each group it changes. Default: the learning rate.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="OptionException">An argument, or a value that it leads to, is outside its range.</exception>
    public MultiStepLR(Optimizer optimizer, IEnumerable<int> milestones, double gamma = 0.1, ScheduleTarget? target = null)
        : base(optimizer, target)
    {
        ArgumentNullException.ThrowIfNull(milestones);
        Guard.NotNegative(gamma, nameof(gamma));
        _milestones = [.. milestones];
        foreach (int milestone in _milestones)
            ScheduleGuard.AtLeast(0, milestone, nameof(milestones));
        _gamma = gamma;
        Begin();
    }

    /// <inheritdoc/>
    internal override double Next(in SchedulePoint point)
    {
        int times = 0;
        foreach (int milestone in _milestones)
            times += milestone == point.Step ? 1 : 0;
        return times == 0 ? point.Value : point.Value * Math.Pow(_gamma, times);
    }
}
