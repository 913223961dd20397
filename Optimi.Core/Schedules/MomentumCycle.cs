namespace Optimi;

/// <summary>The momentum of each group, which falls while its learning rate rises, and rises while that falls.</summary>
internal sealed class MomentumCycle
{
    private readonly double[] _base;
    private readonly double[] _max;

    /// <summary>Creates the cycle.</summary>
    /// <exception cref="OptionException">A momentum is outside its range, or a group cannot have it.</exception>
    public MomentumCycle(ScheduleDraft draft, PerGroup baseMomentum, PerGroup maxMomentum)
    {
        _base = Checked(draft, baseMomentum, nameof(baseMomentum));
        _max = Checked(draft, maxMomentum, nameof(maxMomentum));
    }

    /// <summary>The momentum where the learning rate is highest.</summary>
    public double Base(int group) => _base[group];

    /// <summary>The momentum where the learning rate is lowest.</summary>
    public double Max(int group) => _max[group];

    /// <summary>Checks that each group can have its momentum: SGD without momentum has no state for one.</summary>
    private static double[] Checked(ScheduleDraft draft, PerGroup momentum, string option)
    {
        ArgumentNullException.ThrowIfNull(momentum, option);
        double[] values = momentum.For(draft.Count, option);
        for (int group = 0; group < values.Length; group++)
        {
            Guard.MovingAverage(values[group], option);
            GroupDraft one = draft[group];
            try
            {
                ScheduleTarget.Momentum.Set(one, values[group]);
                one.Check();
            }
            catch (OptionException error)
            {
                throw new OptionException(FormattableString.Invariant(
                    $"Group {group} cannot have {option} {values[group]}: {error.Message} Or let the schedule leave the momentum alone")
                    + " (cycleMomentum: false).", error);
            }
            finally
            {
                one.Read();
            }
        }

        return values;
    }
}
