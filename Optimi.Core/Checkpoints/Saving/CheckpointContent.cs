using Optimi.Kernels;

namespace Optimi;

/// <summary>What a training is written as: tensors, and what the file says beside them.</summary>
internal sealed class CheckpointContent
{
    private readonly StateConvention _convention;
    private readonly List<WrittenTensor> _tensors = [];

    private CheckpointContent(TrainingState training, StateConvention convention)
    {
        _convention = convention;
        foreach (Parameter parameter in training.Parameters)
            _tensors.Add(new WrittenStorage(parameter.Name, ShapeOf(parameter), parameter.Value));
        SavedOptimizer[] optimizers = [.. training.Optimizers.Select(Save)];
        var manifest = new CheckpointManifest
        {
            Convention = convention,
            Optimizers = optimizers,
            Gate = training.Chain?.Gate.Save(),
            Schedules = training.ScheduleStates ?? [.. training.Schedules.Select(schedule => schedule.SaveState())],
            Scaler = training.Scaler is GradientScaler scaler ? new SavedScaler(scaler.Scale, scaler.GrowthTracker) : null,
        };
        Metadata = new Dictionary<string, string>(training.Metadata, StringComparer.Ordinal)
        {
            [CheckpointKeys.Format] = CheckpointKeys.PyTorchFormat,
            [CheckpointKeys.Manifest] = ManifestWriter.Write(manifest),
        };
    }

    public IReadOnlyList<WrittenTensor> Tensors => _tensors;

    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Says what is to be written, when the turn at all devices is the caller's.</summary>
    public static CheckpointContent Of(TrainingState training, StateConvention convention) => new(training, convention);

    private static long[] ShapeOf(Parameter parameter) => [.. parameter.Shape.ToArray().Select(extent => (long)extent)];

    private SavedOptimizer Save(Optimizer optimizer) => new(
        optimizer.GetType().Name.Split('`')[0],
        optimizer.RuleName,
        optimizer.AverageDecay is not null,
        optimizer.Gate.Save(),
        [.. optimizer.Groups.Select(group => Save(optimizer, group))]);

    private SavedGroup Save(Optimizer optimizer, ParameterGroup group)
    {
        double lr = group.Lr;
        var options = OptionValues.ToSave(StateConvention.Optimi);
        group.Options.SaveOrRestore(options);
        var debiased = new Dictionary<string, double>(StringComparer.Ordinal);
        var torchNames = new Dictionary<string, string>(StringComparer.Ordinal);
        KeyValuePair<string, OptionValue>[] flat = [.. FlatOptionsOf(group, lr)];
        foreach (Parameter parameter in group.Parameters)
        {
            long step = optimizer.StepCount(parameter);
            foreach ((string state, TensorStorage storage) in optimizer.StatesSoFar(parameter))
            {
                if (group.Options.DebiasedBy(state) is double beta)
                    debiased[state] = beta;
                if (group.Options.TorchName(state) is string name && name != state)
                    torchNames[state] = name;
                // What is stored in groups is written as it is stored, unless PyTorch is to read it.
                if (storage is not GroupedState || _convention == StateConvention.PyTorch)
                    _tensors.Add(StateOf(group.Options, parameter, state, storage, step));
            }

            foreach (StoredPart part in optimizer.StoredPartsSoFar(parameter))
            {
                if (part.Name == StateName.LowBits || _convention == StateConvention.Optimi)
                    _tensors.Add(new WrittenPart(CheckpointKeys.State(parameter.Name, part.Name), part));
            }

            _tensors.Add(WrittenNumbers.Of(CheckpointKeys.State(parameter.Name, CheckpointKeys.Step), step));
            foreach ((string name, OptionValue value) in flat)
                _tensors.Add(WrittenNumbers.Of(CheckpointKeys.Option(parameter.Name, name), value));
        }

        return new SavedGroup(
            [.. group.Parameters.Select(parameter => parameter.Name)], lr, group.MaxLr, group.Options.StateDType, options.All, debiased,
            torchNames)
        {
            CompressedStates = group.Options.CompressedStates,
            WeightBits = group.Options.MasterWeightBits,
        };
    }

    private WrittenTensor StateOf(OptimizerOptions options, Parameter parameter, string state, TensorStorage storage, long step)
    {
        if (_convention == StateConvention.Optimi)
            return new WrittenStorage(CheckpointKeys.State(parameter.Name, state), ShapeOf(parameter), storage);
        string key = CheckpointKeys.State(parameter.Name, options.TorchName(state));
        return options.DebiasedBy(state) is double beta
            ? new WrittenRawAverage(key, ShapeOf(parameter), storage, BiasCorrection.Factor(beta, step))
            : new WrittenStorage(key, ShapeOf(parameter), storage);
    }

    /// <summary>The options that each parameter has by itself: the learning rate, which every reader wants; for PyTorch the others of the
    /// names that it has, too. All are in the manifest, once for each group.</summary>
    private IEnumerable<KeyValuePair<string, OptionValue>> FlatOptionsOf(ParameterGroup group, double lr)
    {
        var options = OptionValues.ToSave(_convention);
        if (_convention == StateConvention.PyTorch)
            group.Options.SaveOrRestore(options);
        return options.All.Where(option => CheckpointKeys.IsOfPyTorch(option.Key))
            .Prepend(new(CheckpointKeys.Lr, new OptionValue([lr], OptionKind.Number)));
    }
}
