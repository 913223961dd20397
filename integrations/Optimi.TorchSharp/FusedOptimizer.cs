using TorchSharp.Modules;

namespace Optimi.TorchSharp;

/// <summary>
/// An optimizer for models of TorchSharp's, in place of one of <c>torch.optim</c>: it has TorchSharp's groups, schedulers and state
/// dictionaries, and steps all tensors where they lie in one pass by Optimi.
/// </summary>
/// <remarks>
/// <para>Parameters are dense tensors of Float32, BFloat16 or Float16 on the CPU, or on one CUDA device, which is untested. What TorchSharp's
/// groups say of learning rates and other options holds for the next step.</para>
/// <para>A step allocates nothing on the managed heap, unless an option other than the learning rate has changed. Like TorchSharp's
/// optimizers it is for one thread at a time.</para>
/// </remarks>
public abstract partial class FusedOptimizer : OptimizerHelper
{
    private readonly List<FusedGroup> _groups = [];
    private readonly Dictionary<nint, FusedTensor> _tensors = [];
    private ComputeDevice? _device;
    private Optimizer? _engine;

    private protected FusedOptimizer(TorchOptions defaults)
    {
        _defaults = defaults;
        _parameter_groups = [];
    }

    /// <summary>
    /// The optimizer of Optimi's that steps the parameters, for all that TorchSharp has no word for: clipping (<see cref="Optimizer.MaxNorm"/>),
    /// averages, states. Its parameters have the names that were given, or their numbers.
    /// </summary>
    /// <remarks>It is not to be stepped itself, as it has gradients only in <see cref="step"/> and <see cref="step_with_statistics"/>. The
    /// options that TorchSharp's groups have, the learning rate among them, are set there: here they last until the next step. A state
    /// dictionary that was handed out is taken back, as by a step.</remarks>
    /// <exception cref="ParameterException">A parameter lies in other memory than before, or was disposed of.</exception>
    /// <exception cref="CheckpointMismatchException">The state dictionary that was handed out has been given states that do not fit.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer is disposed.</exception>
    public Optimizer Engine
    {
        get
        {
            Optimizer engine = Own;
            foreach (FusedGroup group in _groups)
            {
                foreach (FusedTensor tensor in group.Tensors)
                    _ = tensor.CheckMemory();
            }

            TakeBack();
            return engine;
        }
    }

    /// <summary>The optimizer of Optimi's, for what does not read or write weights, or checks them itself.</summary>
    private Optimizer Own
    {
        get
        {
            ObjectDisposedException.ThrowIf(_engine is null, this);
            return _engine;
        }
    }

    /// <summary>Adds a group of parameters. What its options leave open is as the optimizer was made.</summary>
    /// <param name="param_group">The group.</param>
    /// <exception cref="ParameterException">It has no parameter, one that the optimizer has already, or one that cannot be stepped where it lies:
    /// sparse, not contiguous, of another type than Float32, BFloat16 and Float16, or on another device than the others. Nothing was added.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have, or is not supported; nothing was added.</exception>
    public override void add_param_group(TorchGroup param_group)
    {
        ArgumentNullException.ThrowIfNull(param_group);
        ArgumentNullException.ThrowIfNull(param_group.Parameters);
        // A dictionary that was handed out has no place for further states.
        TakeBack();
        TorchParameter[] torchParameters = [.. param_group.Parameters];
        TensorPlace[] places = [.. torchParameters.Select((parameter, index) => PlaceOf(parameter, NameOf(param_group, index)))];
        if (places.Length == 0)
            throw new ParameterException("A group has no parameters; give it those of a model, by parameters() or named_parameters().");
        CheckHandles(param_group, torchParameters);
        TorchOptions options = Complete(param_group.Options);
        OptimizerOptions translated = Translate(options);
        ComputeDevice device = DeviceOf(places, param_group);
        var buffer = new ParameterBuffer(device, GradientMemory.None);
        FusedTensor[] tensors;
        ParameterGroup group;
        try
        {
            tensors = [.. torchParameters.Select((parameter, index) => Adopt(buffer, parameter, places[index], NameOf(param_group, index)))];
            group = Add(tensors.Select(tensor => tensor.Parameter), translated, ref _engine);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }

        foreach (FusedTensor tensor in tensors)
        {
            _tensors.Add(tensor.Handle, tensor);
            _state.Add(tensor.Handle, NoState(tensor));
        }

        options.InitialLearningRate = options.LearningRate!.Value;
        param_group.Options = Publish(options, param_group.Options);
        param_group.Parameters = torchParameters;
        _parameter_groups.Add(param_group);
        _groups.Add(new FusedGroup(param_group, group, buffer, tensors));
    }

    /// <summary>Takes notice of weights that you have set: drops what rounding took from the old ones (the Kahan compensation, low bits),
    /// and lets Ranger's slow weights begin from the new ones. Other states and step counters go on.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <exception cref="ParameterException">The optimizer does not have the parameter, or it lies in other memory than before.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer is disposed.</exception>
    public void TakeWeights(TorchParameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        _ = Own;
        FusedTensor tensor = Find(parameter);
        _ = tensor.CheckMemory();
        lock (tensor.Parameter.Buffer.Device.Gate)
            tensor.Parameter.OnValueWritten();
    }

    /// <summary>Frees the states. Parameters and their gradients are the model's.</summary>
    /// <param name="disposing">Whether <c>Dispose</c> was called.</param>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing)
            return;
        _engine?.Dispose();
        _engine = null;
        foreach (FusedGroup group in _groups)
            group.Buffer.Dispose();
        _device?.Dispose();
    }

    /// <summary>A copy of a group's options, with the optimizer's own where they leave something open.</summary>
    /// <exception cref="OptionException">They are another optimizer's.</exception>
    private protected abstract TorchOptions Complete(TorchOptions? options);

    /// <summary>Writes options into the object that the caller has of them.</summary>
    /// <returns>That object, or the options themselves if there is none.</returns>
    private protected abstract TorchOptions Publish(TorchOptions options, TorchOptions? target);

    /// <summary>Lets TorchSharp's options say what Optimi's do.</summary>
    private protected abstract void Keep(TorchOptions options, OptimizerOptions current, double lr);

    /// <summary>What Optimi calls the options of a new group, which then say the same.</summary>
    /// <exception cref="OptionException">They say something that is not supported.</exception>
    private protected abstract OptimizerOptions Translate(TorchOptions options);

    /// <summary>What Optimi calls options of a group that is there: the same object if nothing has changed.</summary>
    /// <exception cref="OptionException">They say something that is not supported.</exception>
    private protected abstract OptimizerOptions Translate(TorchOptions options, OptimizerOptions current);

    /// <summary>Adds a group to the optimizer, which is made if there is none.</summary>
    private protected abstract ParameterGroup Add(IEnumerable<Parameter> parameters, OptimizerOptions options, ref Optimizer? optimizer);

    private protected void AddGroups(IEnumerable<TorchGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        try
        {
            foreach (TorchGroup group in groups)
                add_param_group(group);
            if (_groups.Count == 0)
                throw new ParameterException("An optimizer needs at least one group of parameters.");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private FusedTensor Find(TorchParameter parameter) =>
        !parameter.IsInvalid && _tensors.TryGetValue(parameter.Handle, out FusedTensor? tensor)
            ? tensor
            : throw new ParameterException("The parameter is in no group of this optimizer; add it by add_param_group().");

    private string NameOf(TorchGroup group, int index) => group.Parameters is NamedParameters named
        ? named.NameOf(index)
        : FormattableString.Invariant($"{_tensors.Count + index}");

    private static TensorPlace PlaceOf(TorchParameter parameter, string name) => parameter is null || parameter.IsInvalid
        ? throw new ParameterException($"Parameter '{name}' is null or was disposed of; give the parameters of a model that is there.")
        : TensorPlace.Of(name, isGradient: false, parameter.Handle);

    private void CheckHandles(TorchGroup group, TorchParameter[] parameters)
    {
        var seen = new HashSet<nint>();
        foreach ((int index, TorchParameter parameter) in parameters.Index())
        {
            if (_tensors.ContainsKey(parameter.Handle) || !seen.Add(parameter.Handle))
                throw new ParameterException($"Parameter '{NameOf(group, index)}' is in the optimizer already; give each to one group, once.");
        }
    }

    /// <summary>The device of all parameters.</summary>
    private ComputeDevice DeviceOf(TensorPlace[] places, TorchGroup group)
    {
        TensorPlace first = _groups.Count > 0 ? PlaceOf(_groups[0].Tensors[0].TorchParameter, _groups[0].Tensors[0].Parameter.Name) : places[0];
        foreach ((int index, TensorPlace place) in places.Index())
        {
            if (place.DeviceName != first.DeviceName)
            {
                throw new ParameterException(
                    $"Parameter '{NameOf(group, index)}' lies on {place.DeviceName}, others on {first.DeviceName}; make an optimizer for each device.");
            }
        }

        return _device ??= first.IsOnHost
            ? ComputeDevice.Open(first.DeviceName)
            : ComputeDevice.Open(first.DeviceName, new DeviceOptions { SharePrimaryContext = true });
    }

    private static FusedTensor Adopt(ParameterBuffer buffer, TorchParameter torchParameter, TensorPlace place, string name)
    {
        // A scalar has no dimensions in TorchSharp, and one in Optimi.
        int[] shape = [.. torchParameter.shape.DefaultIfEmpty(1).Select(extent => extent <= int.MaxValue
            ? (int)extent
            : throw new ParameterException(FormattableString.Invariant(
                $"Parameter '{name}' has an extent of {extent}, more than {int.MaxValue}; cut it in parts.")))];
        Parameter parameter = place.IsOnHost
            ? buffer.Adopt(name, place.DType, shape, place.MemoryAt(place.Address))
            : buffer.Adopt(name, place.DType, shape, place.ViewAt(place.Address));
        return new FusedTensor(torchParameter, parameter, place);
    }
}
