using System.Runtime.CompilerServices;
using System.Text;

namespace Optimi.TorchSharp;

public abstract partial class FusedOptimizer
{
    private const int BufferBytes = 1 << 16;

    private static readonly ConditionalWeakTable<StateDictionary, StateExtras> _extras = [];

    /// <summary>Whether TorchSharp's form of the states is the one that counts.</summary>
    private bool _isHandedOut;

    /// <summary>How TorchSharp writes the states.</summary>
    private protected abstract StateForm Form { get; }

    /// <summary>
    /// The options and states in TorchSharp's form: where TorchSharp has the optimizer, in its own types, so that it loads them, else as
    /// <see cref="FusedState"/>. Averages are raw, as PyTorch keeps them, in float32.
    /// </summary>
    /// <returns>The dictionary. As in TorchSharp it is the state of the optimizer, until the next step, a further group or
    /// <see cref="Engine"/> takes it back: what is changed in it is gone on from. Afterwards it is a copy of what was.</returns>
    /// <remarks>Converting float32 averages rounds them once, so that they may differ in their last bit, for the optimizer itself as for
    /// whoever loads them: the next steps of both are equal. What was lost in rounding the parameters (Kahan compensation, low bits) goes
    /// along to other fused optimizers.</remarks>
    /// <exception cref="ParameterException">A parameter was disposed of.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer is disposed.</exception>
    public override StateDictionary state_dict()
    {
        Optimizer engine = Own;
        nint[] handles = Handles();
        if (!_isHandedOut)
        {
            TorchState[] states =
            [
                .. Tensors().Select(place =>
                    Form.Pack(place.Tensor.TorchParameter, new TensorStates(engine, place.Tensor, place.Group.Group.Options).Export())),
            ];
            _state.clear();
            foreach ((nint handle, TorchState state) in handles.Zip(states))
                _state.Add(handle, state);
            _isHandedOut = true;
        }

        StateDictionary dictionary = base.state_dict();
        _extras.AddOrUpdate(dictionary, Extras());
        return dictionary;
    }

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

    /// <inheritdoc cref="save_state_dict(BinaryWriter)"/>
    /// <param name="location">The file. One of that name is replaced when the new one is whole.</param>
    public new void save_state_dict(string location)
    {
        using var file = new AtomicFile(location);
        // Nothing is left to be written when it is disposed of.
        using var writer = new BinaryWriter(new BufferedStream(file.Stream, BufferBytes), Encoding.UTF8, leaveOpen: true);
        save_state_dict(writer);
        writer.Flush();
        file.Commit(keep: 1);
    }

    /// <summary>Saves options and states: in TorchSharp's format, and behind that what was lost in rounding parameters.</summary>
    /// <param name="writer">Where to.</param>
    public new void save_state_dict(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        bool wasHandedOut = _isHandedOut;
        base.save_state_dict(writer);
        Extras().Write(writer);
        TorchState[] states = [.. Tensors().Select(place => _state[place.Tensor.Handle])];
        TakeBack();
        if (!wasHandedOut)
            Free(states);
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

    /// <summary>States lie where they are needed: an optimizer is for one device.</summary>
    /// <param name="device">The device of the parameters.</param>
    /// <exception cref="ParameterException">It is another.</exception>
    public new void to(torch.Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        TensorPlace place = PlaceOf(_groups[0].Tensors[0].TorchParameter, _groups[0].Tensors[0].Parameter.Name);
        if (device.type != place.Device.Type)
        {
            throw new ParameterException(
                $"The parameters lie on {place.DeviceName}, and states with them; make an optimizer for those on {device}, and load the state_dict().");
        }
    }

    /// <summary>Goes on from TorchSharp's form of the states, if it was handed out.</summary>
    private void TakeBack()
    {
        if (!_isHandedOut)
            return;
        Optimizer engine = Own;
        var states = new List<RawState>();
        var problems = new List<string>();
        foreach ((FusedGroup group, FusedTensor tensor) in Tensors())
            states.Add(Unpack(_state[tensor.Handle], new TensorStates(engine, tensor, group.Group.Options), problems));
        ThrowIfAny("The state dictionary", problems);
        foreach (((FusedGroup group, FusedTensor tensor), RawState state) in Tensors().Zip(states))
            new TensorStates(engine, tensor, group.Group.Options).Import(state);
        EndHandingOut();
    }

    /// <summary>What counts is Optimi's again.</summary>
    private void EndHandingOut()
    {
        _state.clear();
        foreach ((_, FusedTensor tensor) in Tensors())
            _state.Add(tensor.Handle, NoState(tensor));
        _isHandedOut = false;
    }

    /// <summary>What stands for a state that is not handed out, since the base class moves the state of each parameter by <c>to()</c>.</summary>
    private static FusedState NoState(FusedTensor tensor) => new(tensor.TorchParameter, new RawState(0, new Dictionary<string, Tensor>()));

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

    /// <summary>Frees states that nobody else has.</summary>
    private void Free(IEnumerable<TorchState> states)
    {
        foreach (TorchState state in states)
        {
            // What was read in part may have gaps.
            foreach (Tensor? tensor in Form.Unpack(state)!.Tensors.Values)
                tensor?.Dispose();
        }
    }

    private RawState Unpack(TorchState state, TensorStates tensor, List<string> problems)
    {
        RawState? raw = Form.Unpack(state);
        string? problem = raw is null ? $"A state is a {state?.GetType().FullName}, of another optimizer." : tensor.Problem(raw);
        if (problem is not null)
            problems.Add(problem);
        return raw!;
    }

    private StateExtras Extras()
    {
        Optimizer engine = Own;
        var names = new List<string>();
        var bytes = new List<byte[]>();
        foreach ((FusedGroup group, FusedTensor tensor) in Tensors())
        {
            (string name, byte[] extra) = new TensorStates(engine, tensor, group.Group.Options).ExportExtra();
            names.Add(name);
            bytes.Add(extra);
        }

        return new StateExtras(names, bytes);
    }

    /// <summary>The native handles of all parameters.</summary>
    /// <exception cref="ParameterException">One was disposed of.</exception>
    private nint[] Handles() => [.. Tensors().Select(place => place.Tensor.Handle)];

    private IEnumerable<(FusedGroup Group, FusedTensor Tensor)> Tensors() =>
        _groups.SelectMany(group => group.Tensors.Select(tensor => (group, tensor)));

    private void CheckCounts(string source, long groups, long states)
    {
        if (groups != _groups.Count || states != _tensors.Count)
        {
            throw Mismatch(source, FormattableString.Invariant(
                $"It has {groups} groups and {states} parameters, but the optimizer has {_groups.Count} and {_tensors.Count}."));
        }
    }

    private static void ThrowIfAny(string source, List<string> problems)
    {
        if (problems.Count > 0)
            throw new CheckpointMismatchException(source, [], [], problems);
    }

    private static CheckpointMismatchException Mismatch(string source, string problem) => new(source, [], [], [problem]);
}
