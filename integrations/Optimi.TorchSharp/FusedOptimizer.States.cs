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

    private static void ThrowIfAny(string source, List<string> problems)
    {
        if (problems.Count > 0)
            throw new CheckpointMismatchException(source, [], [], problems);
    }
}
