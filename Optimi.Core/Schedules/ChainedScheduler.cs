namespace Optimi;

/// <summary>
/// Steps several schedules at once, each on the values that the one before it gives: their factors multiply. It also steps schedules of
/// different targets together, such as a learning rate's and a weight decay's.
/// </summary>
/// <remarks>Those that depend on the step alone, such as <see cref="LambdaLR"/>, replace what those before them gave.
/// <see cref="Schedule.Target"/> is that of the last one.</remarks>
public sealed class ChainedScheduler : CompositeLR
{
    /// <summary>Creates the schedule. The groups keep the values that making the others gave them.</summary>
    /// <param name="schedulers">The schedules, in the order in which they are stepped: at least one, all of one optimizer.</param>
    /// <exception cref="ArgumentNullException">There is no list, or one of them is null.</exception>
    /// <exception cref="OptionException">There is none, one is there twice, or one is another optimizer's.</exception>
    public ChainedScheduler(params IReadOnlyList<LRScheduler> schedulers)
        : this(Checked(schedulers, optimizer: null))
    {
    }

    private ChainedScheduler(LRScheduler[] schedulers)
        : base(schedulers[0].Optimizer, schedulers, schedulers[^1].Target)
    {
    }

    /// <inheritdoc/>
    internal override void Reset(ScheduleDraft draft)
    {
        for (int i = 0; i < Schedulers.Count; i++)
            Schedulers[i].Reset(draft);
    }

    /// <inheritdoc/>
    internal override void Accept()
    {
        base.Accept();
        for (int i = 0; i < Schedulers.Count; i++)
            Schedulers[i].Accept();
    }

    /// <inheritdoc/>
    private protected override void Apply(ScheduleDraft draft, long step)
    {
        for (int i = 0; i < Schedulers.Count; i++)
        {
            if (step == 0)
                Schedulers[i].Begin(draft);
            else
                Schedulers[i].Advance(draft);
        }
    }
}
