namespace Optimi;

/// <summary>
/// The scale of the loss in float16 training: gradients that would vanish in float16 are computed larger by it, and an optimizer takes it
/// out again as it reads them. It shrinks when a step is skipped because a gradient was not finite, and grows while all goes well.
/// </summary>
/// <remarks>Micikevicius et al., <see href="https://arxiv.org/abs/1710.03740">Mixed precision training</see>. Names and defaults are those
/// of PyTorch's <c>GradScaler</c>.</remarks>
public sealed class GradientScaler
{
    private double _scale = 65_536;
    private long _growthTracker;
    private GradientGate? _gate;

    /// <summary>What the loss is to be multiplied by before the backward pass. Reading it waits until the last step is known to be made or
    /// skipped. Setting it begins to count anew. Default 65,536.</summary>
    /// <exception cref="OptionException">The value is not finite or not above 0, or it or one over it is beyond float32; the old one stays.</exception>
    public double Scale
    {
        get
        {
            _gate?.SettleInTurn();
            return _scale;
        }

        set
        {
            CheckScale(value);
            _gate?.SettleInTurn();
            (_scale, _growthTracker) = (value, 0);
        }
    }

    /// <summary>What the scale is multiplied by after <see cref="GrowthInterval"/> steps without a skipped one: finite, at least 1.
    /// Default 2.</summary>
    /// <exception cref="OptionException">The value is below 1 or not finite.</exception>
    public double GrowthFactor
    {
        get;
        init => field = double.IsFinite(value) && value >= 1
            ? value
            : throw new OptionException(FormattableString.Invariant($"GrowthFactor is {value}, but it must be finite and at least 1."));
    } = 2;

    /// <summary>What the scale is multiplied by after a skipped step: above 0, at most 1. Default 0.5.</summary>
    /// <exception cref="OptionException">The value is out of this range.</exception>
    public double BackoffFactor
    {
        get;
        init => field = value is > 0 and <= 1
            ? value
            : throw new OptionException(FormattableString.Invariant($"BackoffFactor is {value}, but it must be above 0 and at most 1."));
    } = 0.5;

    /// <summary>After how many steps without a skipped one the scale grows: at least 1. Default 2,000.</summary>
    /// <exception cref="OptionException">The value is below 1.</exception>
    public long GrowthInterval
    {
        get;
        init => field = value >= 1
            ? value
            : throw new OptionException(FormattableString.Invariant($"GrowthInterval is {value}, but it must be at least 1."));
    } = 2_000;

    /// <summary>Steps since the scale grew, shrank or was set. Reading it waits as <see cref="Scale"/> does.</summary>
    public long GrowthTracker
    {
        get
        {
            _gate?.SettleInTurn();
            return _growthTracker;
        }
    }

    /// <summary>Goes on from a scale that was saved.</summary>
    /// <param name="scale">The scale: finite, above 0; it and one over it within float32.</param>
    /// <param name="growthTracker">Steps since the scale grew, shrank or was set: at least 0, below <see cref="GrowthInterval"/>.</param>
    /// <exception cref="OptionException">A value is out of its range; the scaler is as it was.</exception>
    public void Restore(double scale, long growthTracker)
    {
        CheckRestored(scale, growthTracker);
        Scale = scale;
        _growthTracker = growthTracker;
    }

    /// <summary>A scale that stays as it is.</summary>
    /// <param name="scale">The scale.</param>
    /// <exception cref="OptionException">The scale is not finite or not above 0, or it or one over it is beyond float32.</exception>
    public static GradientScaler Fixed(double scale) => new() { Scale = scale, GrowthFactor = 1, BackoffFactor = 1 };

    /// <summary>What gradients are multiplied by to take the scale out, when all steps before are settled.</summary>
    internal float Unscale => (float)(1 / _scale);

    /// <summary>The device of the optimizer that it follows; null if it follows none.</summary>
    internal ComputeDevice? Device => _gate?.Device;

    /// <summary>Lets it follow the steps of an optimizer.</summary>
    /// <exception cref="OptionException">It follows another's already.</exception>
    internal void Attach(GradientGate gate)
    {
        if (_gate is not null && _gate != gate)
        {
            throw new OptionException(
                "The GradientScaler follows another optimizer's steps already; use one for each, or let a ChainedOptimizer step both.");
        }

        _gate = gate;
    }

    /// <summary>Checks what would be restored.</summary>
    /// <exception cref="OptionException">A value is out of its range.</exception>
    internal void CheckRestored(double scale, long growthTracker)
    {
        CheckScale(scale);
        if (growthTracker < 0 || growthTracker >= GrowthInterval)
        {
            throw new OptionException(FormattableString.Invariant(
                $"GrowthTracker is {growthTracker}, but it must be at least 0 and below {nameof(GrowthInterval)}, which is {GrowthInterval}."));
        }
    }

    /// <summary>It follows an optimizer's steps no more.</summary>
    internal void Detach(GradientGate gate) => _gate = _gate == gate ? null : _gate;

    /// <summary>Takes notice of a step.</summary>
    internal void OnStep(bool isSkipped)
    {
        if (isSkipped)
        {
            double smaller = _scale * BackoffFactor;
            // Below this one over the scale would be infinite.
            if (float.IsFinite((float)(1 / smaller)))
                _scale = smaller;
            _growthTracker = 0;
        }
        else if (++_growthTracker == GrowthInterval)
        {
            double larger = _scale * GrowthFactor;
            if (float.IsFinite((float)larger))
                _scale = larger;
            _growthTracker = 0;
        }
    }

    private static void CheckScale(double value)
    {
        Guard.Positive(value, nameof(Scale));
        if (!float.IsFinite((float)value) || (float)value == 0 || !float.IsFinite((float)(1 / value)) || (float)(1 / value) == 0)
        {
            throw new OptionException(FormattableString.Invariant(
                $"Scale is {value}, but it and one over it must be float32 numbers; use about 65,536."));
        }
    }
}
