using Optimi.Kernels;

namespace Optimi;

public partial class Optimizer<TRule>
{
    /// <inheritdoc/>
    /// <remarks>A rule of the library's by its name, which stays; a user's with its namespace.</remarks>
    internal override string RuleName { get; } =
        (typeof(TRule).Assembly == typeof(AdamRule<>).Assembly ? typeof(TRule).Name : typeof(TRule).FullName!).Split('`')[0];

    /// <inheritdoc/>
    internal override IReadOnlyList<(string Name, TensorStorage Storage)> StatesSoFar(Parameter parameter)
    {
        LaunchTensor tensor = Find(parameter);
        // Also brings up to date whether the average has begun.
        StepCount(parameter);
        var states = new List<(string, TensorStorage)>();
        foreach (string name in AllStateNames)
        {
            if (TryGetState(tensor, name, out TensorStorage? state) && (name != StateName.Average || tensor.IsAverageBegun))
                states.Add((name, state));
        }

        return states;
    }

    /// <inheritdoc/>
    internal override StateFormat CompressedFormatOf(string state) => SlotOf(state) is int slot and >= Slot.FirstState
        ? RuleOptions<TRule>.CompressedFormatOf(slot - Slot.FirstState, DType.Float32).Grouped()
        : StateFormat.Numbers;

    /// <inheritdoc/>
    internal override WeightFormat? WeightsSoFar(Parameter parameter)
    {
        LaunchTensor tensor = Find(parameter);
        return _schedule.TryGet(tensor, out _) ? tensor.States!.Layout.Weights : null;
    }

    /// <inheritdoc/>
    internal override void AllocateStates(IEnumerable<Parameter> frozen)
    {
        Settle();
        _schedule.Complete([.. frozen.Select(Find)]);
    }

    /// <inheritdoc/>
    internal override void SetAverageBegun(Parameter parameter, bool hasBegun)
    {
        LaunchTensor tensor = Find(parameter);
        if (_schedule.TryGet(tensor, out ScheduledLaunch<TRule>? launch))
            launch.BeginAverage(tensor, hasBegun);
    }
}
