namespace Optimi;

/// <summary>The learning rate of a group.</summary>
internal sealed class LearningRateTarget() : ScheduleTarget("learning rate")
{
    /// <inheritdoc/>
    internal override double Get(GroupDraft group) => group.Lr;

    /// <inheritdoc/>
    internal override void Set(GroupDraft group, double value) => group.Lr = value;
}
