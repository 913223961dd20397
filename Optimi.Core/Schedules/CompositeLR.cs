namespace Optimi;

/// <summary>A schedule made of others, which are stepped by it and no longer by the caller.</summary>
public abstract class CompositeLR : LRScheduler
{
    private protected CompositeLR(Optimizer optimizer, IReadOnlyList<LRScheduler> schedulers, ScheduleTarget? target)
        : base(optimizer, target)
    {
        Schedulers = schedulers;
    }

    /// <summary>The schedules, in order.</summary>
    public IReadOnlyList<LRScheduler> Schedulers { get; }

    /// <inheritdoc/>
    private protected override IReadOnlyList<Schedule> Children => Schedulers;

    /// <summary>A copy of the schedules, if they can be parts of one.</summary>
    /// <exception cref="ArgumentNullException">There is no list, or one of them is null.</exception>
    /// <exception cref="OptionException">There is none, one is there twice, or one is another optimizer's.</exception>
    private protected static LRScheduler[] Checked(IReadOnlyList<LRScheduler>? schedulers, Optimizer? optimizer)
    {
        ArgumentNullException.ThrowIfNull(schedulers);
        LRScheduler[] all = [.. schedulers];
        if (all.Length == 0)
            throw new OptionException("schedulers is empty; name at least one schedule.");
        for (int i = 0; i < all.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(all[i], nameof(schedulers));
            if (all[i].Optimizer != (optimizer ?? all[0].Optimizer))
            {
                throw new OptionException(
                    $"schedulers has a {all[i].GetType().Name} of another optimizer in place {i}; make all of them for the same one.");
            }

            if (Array.IndexOf(all, all[i]) < i)
                throw new OptionException($"schedulers has the same {all[i].GetType().Name} twice; make one for each place.");
        }

        return all;
    }
}
