namespace Optimi;

/// <summary>A group as a checkpoint describes it.</summary>
/// <param name="Parameters">The names of its parameters.</param>
/// <param name="Lr">The learning rate.</param>
/// <param name="MaxLr">The highest learning rate of the schedule.</param>
/// <param name="StateDType">How states are stored; null for the default. For people, and for other programs that make such a group.</param>
/// <param name="Options">The options.</param>
/// <param name="Debiased">β of each state that is kept debiased.</param>
/// <param name="TorchNames">What PyTorch calls the states that it calls otherwise.</param>
internal sealed record SavedGroup(
    IReadOnlyList<string> Parameters,
    double Lr,
    double MaxLr,
    DType? StateDType,
    IReadOnlyDictionary<string, OptionValue> Options,
    IReadOnlyDictionary<string, double> Debiased,
    IReadOnlyDictionary<string, string> TorchNames)
{
    /// <summary>Whether states are compressed.</summary>
    public bool CompressedStates { get; init; }

    /// <summary>The bits of the weights that steps go on from; null for the default.</summary>
    public int? WeightBits { get; init; }
}
