using System.Diagnostics.CodeAnalysis;
using Optimi.Kernels;

namespace Optimi;

public partial class Optimizer<TRule>
{
    /// <inheritdoc/>
    public override long StateBytes
    {
        get
        {
            lock (Device.Gate)
            {
                ThrowIfDisposed();
                Settle();
                _schedule.Complete();
                return _schedule.StateBytes;
            }
        }
    }

    /// <inheritdoc/>
    public override void ResetState(Parameter parameter)
    {
        lock (Device.Gate)
        {
            LaunchTensor tensor = Find(parameter);
            parameter.Buffer.ThrowIfDisposed();
            CheckNotSwapped("no parameter can be begun anew");
            Settle();
            if (_schedule.TryGet(tensor, out ScheduledLaunch<TRule>? launch))
                launch.ResetState(tensor);
        }
    }

    /// <inheritdoc/>
    public override bool TryGetState(Parameter parameter, string name, [MaybeNullWhen(false)] out TensorStorage state)
    {
        lock (Device.Gate)
            return TryGetStateInTurn(parameter, name, out state);
    }

    private bool TryGetStateInTurn(Parameter parameter, string name, [MaybeNullWhen(false)] out TensorStorage state)
    {
        LaunchTensor tensor = Find(parameter);
        Settle();
        _schedule.Complete();
        return TryGetState(tensor, name, out state);
    }

    private bool TryGetState(LaunchTensor tensor, string name, [MaybeNullWhen(false)] out TensorStorage state)
    {
        state = null;
        if (!_schedule.TryGet(tensor, out _))
            return false;
        if (name == StateName.Average && tensor.Averages is not null)
        {
            state = AverageOf(tensor);
            return true;
        }

        if (SlotOf(name) is not int slot || tensor.States!.Layout[slot] is not SlotFormat format)
            return false;
        if (format.DType() is DType dtype)
            state = new StateStorage(this, tensor.Parameter, name, dtype, tensor.States[slot]!, tensor.StateTile);
        else if (slot >= Slot.FirstState)
            state = new GroupedState(this, tensor, name, slot - Slot.FirstState);
        return state is not null;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> StateNames(Parameter parameter) =>
    [
        .. AllStateNames.Where(name => TryGetState(parameter, name, out _)),
    ];

    private static IEnumerable<string> AllStateNames =>
        TRule.StateNames.Append(StateName.KahanCompensation).Append(StateName.Average);

    /// <inheritdoc/>
    public override long StepCount(Parameter parameter)
    {
        lock (Device.Gate)
        {
            LaunchTensor tensor = Find(parameter);
            Settle();
            if (_schedule.TryGet(tensor, out ScheduledLaunch<TRule>? launch))
                launch.CountSteps();
            return tensor.Steps;
        }
    }

    /// <inheritdoc/>
    public override void SetStepCount(Parameter parameter, long steps)
    {
        lock (Device.Gate)
        {
            LaunchTensor tensor = Find(parameter);
            Guard.StepCount(steps, nameof(steps));
            Settle();
            if (_schedule.TryGet(tensor, out ScheduledLaunch<TRule>? launch))
                launch.SetSteps(tensor, steps);
            else
                tensor.Steps = steps;
        }
    }

    /// <inheritdoc/>
    /// <remarks>The compensation is of the old values, and slow weights would pull the new ones back to them. The average goes on:
    /// it is of all values that there were.</remarks>
    internal override void OnValueWritten(Parameter parameter, bool isExact)
    {
        if (!_tensors.TryGetValue(parameter, out LaunchTensor? tensor)
            || !_schedule.TryGet(tensor, out _))
        {
            return;
        }

        if (!isExact)
            tensor.States!.ClearCompensation(tensor);
        if (TRule.LooksAhead && TryGetState(tensor, StateName.LaParam, out TensorStorage? slowWeights))
            slowWeights.CopyFrom(MasterWeightsOf(tensor) ?? parameter.Value);
    }

    /// <inheritdoc/>
    public override TensorStorage MasterWeights(Parameter parameter)
    {
        lock (Device.Gate)
        {
            LaunchTensor tensor = Find(parameter);
            Settle();
            _schedule.Complete();
            return MasterWeightsOf(tensor) ?? throw new ParameterException(tensor.Layout.Weights.IsSplit()
                ? $"Parameter '{parameter.Name}' has been frozen from the beginning, so nothing is kept beyond its values; set"
                    + $" {nameof(Parameter.Frozen)} to false, or read {nameof(Parameter.Value)}."
                : $"There is nothing beyond the values of parameter '{parameter.Name}', whose weights are {tensor.Layout.Weights}; read"
                    + $" {nameof(Parameter.Value)}, or make the optimizer with {nameof(OptimizerOptions.MasterWeightBits)} of 24 or 32.");
        }
    }

    /// <inheritdoc/>
    internal override TensorStorage? MasterWeightsSoFar(Parameter parameter) =>
        _tensors.TryGetValue(parameter, out LaunchTensor? tensor) ? MasterWeightsOf(tensor) : null;

    private MasterStorage? MasterWeightsOf(LaunchTensor tensor) =>
        _schedule.TryGet(tensor, out _) && tensor.States!.Layout.Weights.IsSplit() ? new MasterStorage(this, tensor) : null;

    /// <summary>The slot of a state, by <see cref="Slot"/>; null if the rule has none of that name.</summary>
    private static int? SlotOf(string name)
    {
        if (name == StateName.KahanCompensation)
            return Slot.Compensation;
        foreach ((int state, string other) in TRule.StateNames.Index())
        {
            if (other == name)
                return Slot.FirstState + state;
        }

        return null;
    }
}
