
namespace Optimi.TorchSharp;

/// <summary>The state of a parameter in a state dictionary, where TorchSharp has no optimizer of the kind: PyTorch's names, raw averages.</summary>
public sealed class FusedState : TorchState
{
    internal FusedState(TorchParameter parameter, RawState raw)
        : base(parameter)
    {
        Raw = raw;
    }

    /// <summary>How many steps the parameter took part in.</summary>
    public long Step => Raw.Steps ?? 0;

    /// <summary>Each state by its name, such as <c>exp_avg</c>, of the parameter's shape, in float32.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => Raw.Tensors;

    internal RawState Raw { get; private set; }

    /// <summary>Writes the state.</summary>
    /// <param name="writer">Where to.</param>
    public override void SaveStateDict(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Step);
        writer.Write(Tensors.Count);
        foreach ((string name, Tensor tensor) in Tensors)
        {
            writer.Write(name);
            tensor.Save(writer);
        }
    }

    /// <summary>Reads what <see cref="SaveStateDict"/> has written.</summary>
    /// <param name="reader">Where from.</param>
    public override void LoadStateDict(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        long steps = reader.ReadInt64();
        int count = reader.ReadInt32();
        var tensors = new Dictionary<string, Tensor>();
        for (int i = 0; i < count; i++)
            tensors[reader.ReadString()] = TensorExtensionMethods.Load(reader).DetachFromDisposeScope();
        Raw = new RawState(steps, tensors);
    }

    /// <summary>Takes over another state.</summary>
    /// <param name="source">The other.</param>
    /// <exception cref="CheckpointMismatchException">It is of another optimizer.</exception>
    public override void LoadStateDict(TorchState source) => Raw = source is FusedState other
        ? other.Raw
        : throw new CheckpointMismatchException("The state dictionary", [], [], [$"A state is a {source?.GetType().FullName}, but it must be a {nameof(FusedState)}."]);

    /// <summary>Nothing: states begin when they are first stepped.</summary>
    /// <param name="options">The options.</param>
    public override void Initialize(TorchOptions options)
    {
    }

    /// <summary>Whether another state has the same steps and nearly the same numbers.</summary>
    /// <param name="other">The other.</param>
    public override bool ApproximatelyEquals(TorchState other) => other is FusedState state && state.Step == Step
        && state.Tensors.Count == Tensors.Count
        && Tensors.All(named => state.Tensors.TryGetValue(named.Key, out Tensor? tensor) && tensor.allclose(named.Value));
}
