namespace Optimi.TorchSharp;

public abstract partial class FusedOptimizer
{
    /// <summary>Goes on from a state dictionary: another fused optimizer's of the same kind, or that of TorchSharp's optimizer.</summary>
    /// <param name="state_dict">The dictionary.</param>
    /// <exception cref="CheckpointMismatchException">It is of another optimizer, or of other parameters; nothing has changed.</exception>
    /// <exception cref="OptionException">An option is not supported, has a value that it cannot have, or would store states otherwise; nothing
    /// has changed.</exception>
    /// <exception cref="ParameterException">A parameter was disposed of; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer is disposed.</exception>
    public override void load_state_dict(StateDictionary state_dict)
    {
        ArgumentNullException.ThrowIfNull(state_dict);
        _ = _extras.TryGetValue(state_dict, out StateExtras? extras);
        Load("The state dictionary", state_dict.Options, state_dict.State, extras);
    }

    /// <inheritdoc cref="load_state_dict(BinaryReader)"/>
    /// <param name="location">The file.</param>
    public new void load_state_dict(string location)
    {
        using FileStream stream = File.OpenRead(location);
        using var reader = new BinaryReader(stream);
        load_state_dict(reader);
    }

    /// <summary>Goes on from options and states that were saved: by an optimizer of this kind, or by TorchSharp's.</summary>
    /// <param name="reader">Where from.</param>
    /// <exception cref="CheckpointFormatException">The file is damaged or cut short; nothing has changed.</exception>
    /// <exception cref="CheckpointMismatchException">It is of another optimizer, or of other parameters; nothing has changed.</exception>
    /// <exception cref="OptionException">An option is not supported, has a value that it cannot have, or would store states otherwise; nothing
    /// has changed.</exception>
    /// <exception cref="ParameterException">A parameter was disposed of; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer is disposed.</exception>
    public new void load_state_dict(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = Own;
        _ = Handles();
        const string Source = "The saved state";
        using var scope = torch.NewDisposeScope();
        var options = new List<TorchOptions>();
        var states = new List<TorchState>();
        try
        {
            StateExtras? extras = Read(Source, reader, options, states);
            Load(Source, options, states, extras);
        }
        finally
        {
            Free(states);
        }
    }

    /// <summary>Goes on from options and states, or changes nothing.</summary>
    private void Load(string source, List<TorchOptions> options, List<TorchState> states, StateExtras? extras)
    {
        Optimizer engine = Own;
        _ = Handles();
        CheckCounts(source, options.Count, states.Count);
        var problems = new List<string>();
        var translated = new List<OptimizerOptions>();
        foreach ((FusedGroup group, TorchOptions loaded) in _groups.Zip(options))
        {
            translated.Add(group.Group.Options);
            if (!group.Torch.Options.GetType().IsInstanceOfType(loaded))
                problems.Add($"Options are {loaded?.GetType().FullName}, but they must be {group.Torch.Options.GetType().FullName}.");
            else if (loaded.LearningRate is null)
                problems.Add("Options have no learning rate.");
            else
                translated[^1] = Translate(loaded, group.Group.Options);
        }

        ThrowIfAny(source, problems);
        foreach (((FusedGroup group, TorchOptions loaded), OptimizerOptions checkedOptions) in _groups.Zip(options).Zip(translated))
            group.Group.CheckOptions(checkedOptions, loaded.LearningRate!.Value);
        var raw = new List<RawState>();
        foreach (((FusedGroup Group, FusedTensor Tensor) place, int index) in Tensors().Select((place, index) => (place, index)))
        {
            OptimizerOptions loaded = translated[_groups.IndexOf(place.Group)];
            raw.Add(Unpack(states[index], new TensorStates(engine, place.Tensor, loaded), problems));
        }

        ThrowIfAny(source, problems);
        // Nothing is refused from here on.
        foreach (((FusedGroup group, TorchOptions loaded), OptimizerOptions checkedOptions) in _groups.Zip(options).Zip(translated))
        {
            double lr = loaded.LearningRate!.Value;
            group.Torch.Options.InitialLearningRate = loaded.InitialLearningRate;
            Keep(group.Torch.Options, checkedOptions, lr);
            SetOptions(group.Group, checkedOptions, lr);
        }

        foreach (((FusedGroup Group, FusedTensor Tensor) place, int index) in Tensors().Select((place, index) => (place, index)))
        {
            var tensorStates = new TensorStates(engine, place.Tensor, place.Group.Group.Options);
            tensorStates.Import(raw[index]);
            tensorStates.ImportExtra(extras?.Names[index] ?? "", extras?.Bytes[index] ?? []);
        }

        EndHandingOut();
    }

    /// <summary>Reads what was saved, of this optimizer or of TorchSharp's.</summary>
    private StateExtras? Read(string source, BinaryReader reader, List<TorchOptions> options, List<TorchState> states)
    {
        try
        {
            return ReadUnchecked(source, reader, options, states);
        }
        // Damaged numbers make TorchSharp's readers fail in any way, such as by a lack of memory.
        catch (Exception error) when (error is not OptimiException)
        {
            throw new CheckpointFormatException(
                $"{source} cannot be read: {error.Message} It is damaged, cut short, or of parameters of other shapes or types. Nothing was changed.",
                error);
        }
    }

    private StateExtras? ReadUnchecked(string source, BinaryReader reader, List<TorchOptions> options, List<TorchState> states)
    {
        string kind = reader.ReadString();
        bool isOwn = kind == GetType().Name;
        if (!isOwn && kind != Form.TorchName)
            throw Mismatch(source, $"It is of {kind}, but it is loaded into {GetType().Name}.");
        CheckCounts(source, reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());
        foreach (FusedGroup group in _groups)
        {
            var read = (TorchOptions)Activator.CreateInstance(group.Torch.Options.GetType())!;
            read.LoadStateDict(reader);
            options.Add(read);
        }

        foreach ((_, FusedTensor tensor) in Tensors())
        {
            TorchState state = Form.New(tensor.TorchParameter, isOwn ? torch.ScalarType.Float32 : tensor.TorchParameter.dtype);
            states.Add(state);
            state.LoadStateDict(reader);
        }

        return isOwn ? StateExtras.ReadIfAny(reader, states.Count) : null;
    }

    private void CheckCounts(string source, long groups, long states)
    {
        if (groups != _groups.Count || states != _tensors.Count)
        {
            throw Mismatch(source, FormattableString.Invariant(
                $"It has {groups} groups and {states} parameters, but the optimizer has {_groups.Count} and {_tensors.Count}."));
        }
    }

    private static CheckpointMismatchException Mismatch(string source, string problem) => new(source, [], [], [problem]);
}
