using Optimi.Kernels;

namespace Optimi;

/// <summary>The options of <see cref="Ranger"/>. Weight decay is decoupled by default.</summary>
public sealed record RangerOptions : RectifiedAdamOptions<RangerRule<ScalarLane>>
{
    /// <summary>The defaults.</summary>
    public RangerOptions()
    {
        DecoupleWd = true;
    }

    /// <summary>k: every how many steps the parameter meets its slow weights; at least 1. Default 6.</summary>
    public int Interval { get; init; } = 6;

    /// <summary>α: how far the slow weights follow the parameter; at least 0, at most 1. Default 0.5.</summary>
    public double Alpha { get; init; } = 0.5;

    /// <inheritdoc/>
    /// <remarks>
    /// The slow weights of a compensated parameter are float32: in less they would forget what the compensation knows, and never
    /// move at a small learning rate.
    /// </remarks>
    public override DType? StateDTypeOf(int state, DType parameter, bool compensated)
    {
        if (RangerRule<ScalarLane>.StateNames[state] != StateName.LaParam)
            return base.StateDTypeOf(state, parameter, compensated);
        return compensated ? DType.Float32 : parameter;
    }

    /// <inheritdoc/>
    public override RangerRule<ScalarLane> Rule(in StepContext step) => new()
    {
        RAdam = RAdam(step),
        Alpha = (ScalarLane)Alpha,
        Meets = step.Step % Interval == 0 ? 1 : 0,
    };

    /// <inheritdoc/>
    protected internal override OptimizerOptions SaveOrRestore(OptionValues values) => (RangerOptions)base.SaveOrRestore(values) with
    {
        Interval = values.Count("k", Interval),
        Alpha = values.Number("alpha", Alpha),
    };

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        Guard.InRange(Interval, 1, int.MaxValue, nameof(Interval));
        Guard.InRange(Alpha, 0, 1, nameof(Alpha));
    }
}
