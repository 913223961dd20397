using Optimi.Kernels;

namespace Optimi;

public partial class Optimizer<TRule>
{
    /// <inheritdoc/>
    private protected override IReadOnlyList<ParameterStatistics> ForeseeStep(GradientVerdict verdict)
    {
        _schedule.Complete();
        return
        [
            .. Groups
                .SelectMany(group => group.Parameters)
                .Select(parameter => _tensors[parameter])
                .Where(tensor => tensor.TakesPart)
                .Select(tensor => new ParameterStatistics(tensor.Parameter, Foresee(tensor, verdict))),
        ];
    }

    private UpdateSums Foresee(LaunchTensor tensor, GradientVerdict verdict)
    {
        Parameter parameter = tensor.Parameter;
        var context = new StepContext(StepCount(parameter) + 1, tensor.Group.Lr, tensor.Group.MaxLr, Accumulate);
        var foreseen = new ForeseenStep<TRule>(
            (RuleOptions<TRule>)tensor.Group.Options,
            context,
            // An average is no part of the update.
            Around.Scalars with { GradientFactor = verdict.Factor, AverageWeight = 0, BeginsAverage = false },
            !Accumulate && !verdict.IsSkipped,
            tensor.Layout,
            slot => slot switch
            {
                Slot.Values => MasterWeightsOf(tensor) ?? parameter.Value,
                Slot.Gradients => parameter.Gradient,
                Slot.Compensation => State(parameter, StateName.KahanCompensation),
                _ => State(parameter, TRule.StateNames[slot - Slot.FirstState]),
            });
        return foreseen.Sum(Device);
    }
}
