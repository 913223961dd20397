namespace Optimi;

/// <summary>What a schedule is about to set in a group.</summary>
internal sealed class GroupDraft
{
    private readonly ParameterGroup _group;
    private OptimizerOptions _old;

    public GroupDraft(ParameterGroup group)
    {
        _group = group;
        Options = _old = group.Options;
        Lr = group.Lr;
    }

    /// <summary>The learning rate.</summary>
    public double Lr { get; set; }

    /// <summary>The options.</summary>
    public OptimizerOptions Options { get; set; }

    /// <summary>Takes over what the group has now.</summary>
    public void Read()
    {
        Options = _old = _group.Options;
        Lr = _group.Lr;
    }

    /// <summary>Checks that all of it can be set.</summary>
    /// <exception cref="OptionException">It cannot.</exception>
    public void Check()
    {
        if (ReferenceEquals(Options, _old))
            _group.CheckLr(Lr);
        else
            _group.CheckOptions(Options, Lr);
    }

    /// <summary>Sets what was checked, and what has changed.</summary>
    public void Apply()
    {
        if (Lr != _group.Lr)
            _group.SetLr(Lr);
        if (!ReferenceEquals(Options, _old))
            _group.SetOptions(Options);
    }

    /// <summary>Tells the optimizers, which listeners to warnings may hear of.</summary>
    public void Notify()
    {
        if (ReferenceEquals(Options, _old))
            _group.OnLrChanged();
        else
            _group.OnOptionsChanged(_old);
    }
}
