using System.Globalization;

namespace Optimi;

/// <summary>Says what options of an optimizer's groups are allowed but seldom meant.</summary>
/// <param name="optimizer">The optimizer, in whose name the warnings are.</param>
internal sealed class OptionWarnings(Optimizer optimizer)
{
    private bool _hasWarnedOfLr;
    private bool _hasWarnedOfL2;

    /// <summary>Of new groups.</summary>
    public void OnAdded(IReadOnlyList<ParameterGroup> groups)
    {
        WarnOfLargeDecay(groups);
        foreach (string doubt in groups.Select(group => group.Options.Doubt).OfType<string>().Distinct())
            Warnings.Raise(optimizer, doubt);
        foreach (ParameterGroup group in groups)
            OnLrChanged(group);
    }

    /// <summary>Once, of a rate above the highest that decay is related to.</summary>
    public void OnLrChanged(ParameterGroup group)
    {
        if (_hasWarnedOfLr || !group.IsAboveMaxLr)
            return;
        _hasWarnedOfLr = true;
        Warnings.Raise(
            optimizer,
            FormattableString.Invariant($"Lr {group.Lr} is above MaxLr {group.MaxLr}, to which {nameof(OptimizerOptions.DecoupleLr)}")
            + FormattableString.Invariant($" relates it: a step's weight decay is {group.Lr / group.MaxLr:G3} times {group.Options.WeightDecay}.")
            + " Give MaxLr, the highest rate of the schedule, when the group is made; it is the group's first rate otherwise.");
    }

    /// <summary>Of what new options bring that the old ones had not, and of what is not taken from them.</summary>
    public void OnOptionsChanged(ParameterGroup group, OptimizerOptions old)
    {
        OptimizerOptions options = group.Options;
        if (options.Lr != old.Lr && options.Lr != group.Lr)
        {
            Warnings.Raise(optimizer, FormattableString.Invariant(
                $"Lr {options.Lr} of the new options is not taken: the group goes on with {group.Lr}. Set the group's Lr."));
        }

        if (options.MaxLr != old.MaxLr && options.MaxLr != group.MaxLr)
        {
            Warnings.Raise(optimizer, FormattableString.Invariant(
                $"MaxLr {options.MaxLr} of the new options is not taken: the group goes on with {group.MaxLr}, that of its schedule."));
        }

        if (HasLargeDecay(options) && !HasLargeDecay(old))
            WarnOfLargeDecay([group]);
        if (options.Doubt is string doubt && old.Doubt is null)
            Warnings.Raise(optimizer, doubt);
        OnLrChanged(group);
        OnAccumulation(optimizer.Accumulate && options.HasL2 && !old.HasL2);
    }

    /// <summary>Once, of L2 decay in steps that only accumulate.</summary>
    public void OnAccumulation(bool hasL2)
    {
        if (_hasWarnedOfL2 || !hasL2)
            return;
        _hasWarnedOfL2 = true;
        Warnings.Raise(
            optimizer,
            "Steps that only accumulate have no weight decay, so L2 decay acts in the others alone; decoupled decay does not suffer from that.");
    }

    private static bool HasLargeDecay(OptimizerOptions options)
    {
        const double Usual = 1e-3;
        return options is { DecoupleLr: true, WeightDecay: >= Usual };
    }

    private void WarnOfLargeDecay(IReadOnlyList<ParameterGroup> groups)
    {
        string[] decays =
        [
            .. groups.Where(group => HasLargeDecay(group.Options))
                .Select(group => group.Options.WeightDecay.ToString(CultureInfo.InvariantCulture)).Distinct(),
        ];
        if (decays.Length == 0)
            return;
        Warnings.Raise(
            optimizer,
            $"Weight decay {string.Join(", ", decays)} with {nameof(OptimizerOptions.DecoupleLr)} is not scaled by lr:"
            + " each step takes that share of the parameters away. Usual values are 1e-5 to 1e-4.");
    }
}
