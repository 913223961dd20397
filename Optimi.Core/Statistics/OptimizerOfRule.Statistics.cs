using Optimi.Kernels;

namespace Optimi;

public partial class Optimizer<TRule>
{
    /// <inheritdoc/>
    private protected override IReadOnlyList<ParameterStatistics> ForeseeStep()
    {
        _schedule.Complete();
        return
        [
            .. Groups
                .SelectMany(group => group.Parameters)
                .Select(parameter => _tensors[parameter])
                .Where(tensor => tensor.TakesPart)
                .Select(tensor => new ParameterStatistics(tensor.Parameter, Foresee(tensor))),
        ];
    }

    private UpdateSums Foresee(LaunchTensor tensor)
    {
        Parameter parameter = tensor.Parameter;
        var context = new StepContext(StepCount(parameter) + 1, tensor.Group.Lr, tensor.Group.MaxLr, Accumulate);
        var foreseen = new ForeseenStep<TRule>(
            (RuleOptions<TRule>)tensor.Group.Options,
            context,
            // An average is no part of the update.
            Around.Scalars with { AverageWeight = 0, BeginsAverage = false },
            tensor.Layout,
            slot => slot switch
            {
                Slot.Values => parameter.Value,
                Slot.Gradients => parameter.Gradient,
                Slot.Compensation => State(parameter, StateName.KahanCompensation),
                _ => State(parameter, TRule.StateNames[slot - Slot.FirstState]),
            });
        return foreseen.Sum(Device);
    }
}
