namespace Optimi;

/// <summary>A group of parameters as a checkpoint of Optimi's describes it.</summary>
public sealed class CheckpointGroup
{
    internal CheckpointGroup(int optimizer, bool hasAverages, SavedGroup group)
    {
        (Optimizer, HasAverages) = (optimizer, hasAverages);
        (Parameters, Lr, MaxLr, StateDType) = (group.Parameters, group.Lr, group.MaxLr, group.StateDType);
        (CompressedStates, MasterWeightBits) = (group.CompressedStates, group.WeightBits);
        Options = group.Options.ToDictionary(option => option.Key, option => (IReadOnlyList<double>)option.Value.Numbers);
    }

    /// <summary>Whose it is: a place in <see cref="CheckpointInfo.Optimizers"/>.</summary>
    public int Optimizer { get; }

    /// <summary>The names of its parameters.</summary>
    public IReadOnlyList<string> Parameters { get; }

    /// <summary>The learning rate.</summary>
    public double Lr { get; }

    /// <summary>The highest learning rate of the schedule.</summary>
    public double MaxLr { get; }

    /// <summary>The other options, by the names of torch-optimi and PyTorch, such as <c>weight_decay</c>: several numbers for <c>betas</c>,
    /// one for others, of which flags are 1 or 0.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Options { get; }

    /// <summary>How its states were stored (<see cref="OptimizerOptions.StateDType"/>); null for the default.</summary>
    public DType? StateDType { get; }

    /// <summary>Whether its states were compressed (<see cref="OptimizerOptions.CompressedStates"/>).</summary>
    public bool CompressedStates { get; }

    /// <summary>The bits of the weights that steps go on from (<see cref="OptimizerOptions.MasterWeightBits"/>); null for the
    /// default.</summary>
    public int? MasterWeightBits { get; }

    /// <summary>Whether its optimizer keeps averages of the parameters.</summary>
    public bool HasAverages { get; }
}
