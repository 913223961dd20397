namespace Optimi.Bench;

/// <summary>A group to be made for a file's states, with what its options must say before they are loaded.</summary>
/// <param name="Optimizer">Whose group it is, by number.</param>
/// <param name="Parameters">The names of its parameters.</param>
/// <param name="Kahan">Whether there are Kahan compensations.</param>
internal sealed record GroupPlan(int Optimizer, IReadOnlyList<string> Parameters, bool Kahan)
{
    /// <summary>The learning rate; null if the file does not say.</summary>
    public double? Lr { get; init; }

    /// <summary>The highest learning rate of the schedule; null if the file does not say.</summary>
    public double? MaxLr { get; init; }

    /// <summary>The momentum of SGD.</summary>
    public double Momentum { get; init; }

    /// <summary>How states are stored; null for the default.</summary>
    public DType? StateDType { get; init; }

    /// <summary>Whether states are compressed.</summary>
    public bool CompressedStates { get; init; }

    /// <summary>The bits of the weights that steps go on from; null for the default.</summary>
    public int? MasterWeightBits { get; init; }

    /// <summary>Whether there are averages of the parameters.</summary>
    public bool HasAverages { get; init; }
}
