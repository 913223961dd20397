using Optimi.Kernels;

namespace Optimi;

/// <summary>The options that all optimizers have. A group has its own; make one from another by <c>with</c>.</summary>
public abstract record OptimizerOptions
{
    /// <summary>The learning rate at first: finite, at least 0. Required. It changes by <see cref="ParameterGroup.Lr"/>.</summary>
    public required double Lr { get; init; }

    /// <summary>Weight decay: finite, at least 0. Default 0 unless the optimizer says otherwise.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Whether steps go up the gradient rather than down: it is taken with the opposite sign. Default false.</summary>
    public bool Maximize { get; init; }

    /// <summary>
    /// Whether weight decay is independent of the learning rate (fully decoupled): parameters lose the share
    /// <c>(lr / maxLr) weightDecay</c> in a step, so that a schedule still scales it but the size of lr does not. Implies
    /// decoupled decay. Default false.
    /// </summary>
    /// <remarks>Loshchilov, Hutter, <see href="https://arxiv.org/abs/1711.05101">Decoupled Weight Decay
    /// Regularization</see>.</remarks>
    public bool DecoupleLr { get; init; }

    /// <summary>The highest learning rate of the schedule, for <see cref="DecoupleLr"/>: finite, above 0. Default: the group's
    /// first learning rate. A schedule that warms up from a small rate must give it, or decay grows with the rate; a rate above it is
    /// warned of.</summary>
    public double? MaxLr { get; init; }

    /// <summary>
    /// Kahan summation, which lets low-precision parameters collect updates far below their resolution, for one more number of
    /// the parameter's own type. Null, the default: on where parameters are stored in less than float32. It changes nothing for
    /// float32 parameters. In bfloat16 it reaches down to steps of about 2^-17 of the parameter; smaller ones need
    /// <see cref="MasterWeightBits"/>.
    /// </summary>
    public bool? Kahan { get; init; }

    /// <summary>
    /// How moments and other states are stored: <see cref="DType.Float32"/>, under low-precision parameters
    /// <see cref="DType.BFloat16"/>, or the parameter's own type. Null, the default: as the parameter is, but for
    /// <c>exp_avg_sq</c> under <see cref="DType.Float16"/> parameters, which is <see cref="DType.BFloat16"/>, since float16 lacks the
    /// range of a square. Float32 states under low-precision parameters cost two more bytes each. The Kahan compensation is always
    /// stored as the parameter is, and the slow weights of <see cref="Ranger"/> are not moments.
    /// </summary>
    public DType? StateDType { get; init; }

    /// <summary>
    /// Whether states are stored in half the bytes of bfloat16 ones, with a scale for each group of numbers: both moments of a number in 16
    /// bits, a state without a partner in 8. Slow weights are float32, a kept gradient as the parameter is. For parameters of any type.
    /// Default false. A NaN costs its group, 64 or 32 numbers.
    /// </summary>
    public bool CompressedStates { get; init; }

    /// <summary>
    /// The bits of the parameters that steps go on from, where the model sees bfloat16: 24, with 8 bits more of each number, which are
    /// rounded so that steps far below their resolution add up; 32, with 16 bits more, which makes them float32 numbers, exactly, in the
    /// bytes of a Kahan compensation; or 16, the parameters alone, rounded in the same way. Null, the default: as <see cref="Kahan"/>
    /// says. For <see cref="DType.BFloat16"/> parameters alone, and in place of Kahan summation.
    /// </summary>
    public int? MasterWeightBits { get; init; }

    /// <summary>
    /// Whether second moments of compressed states, and weights of 24 bits, are rounded up and down in turn, by the number's place and the
    /// step, so that errors cancel out: the same on every device, without random numbers. Otherwise to the nearest. Default true. Weights
    /// of 16 bits always are.
    /// </summary>
    public bool Dithered { get; init; } = true;

    /// <summary>What the turn of rounding begins with, for <see cref="Dithered"/>. Default 0.</summary>
    public uint DitherSeed { get; init; }

    /// <summary>Whether weight decay acts on the parameter itself rather than on the gradient (L2).</summary>
    protected abstract bool DecouplesDecay { get; }

    /// <summary>What <see cref="Kahan"/> means when it is null, for parameters of low precision.</summary>
    protected virtual bool KahanByDefault => true;

    private bool IsDecoupled => DecouplesDecay || DecoupleLr;

    /// <summary>
    /// How a state is stored: in a way that <see cref="StateDType"/> allows, or not at all (null). Default: as
    /// <see cref="StateDType"/> says.
    /// </summary>
    /// <param name="state">The state's place in the rule's list of names.</param>
    /// <param name="parameter">The storage of the parameter.</param>
    /// <param name="compensated">Whether the parameter has a Kahan compensation.</param>
    public virtual DType? StateDTypeOf(int state, DType parameter, bool compensated) => StateDType ?? parameter;

    /// <summary>The scale s of the update p + s x. Default: -lr. Rules that measure a mean over each tensor give it themselves.</summary>
    /// <param name="step">The step.</param>
    public virtual double Scale(in StepContext step) => -step.Lr;

    /// <summary>
    /// How the update is made beside the rule. Default: <see cref="Scale"/>, and weight decay in the gradient or, if it is decoupled,
    /// before the update. Rules that measure a mean over each tensor say themselves how directions are applied, and their decay is
    /// decoupled.
    /// </summary>
    /// <param name="step">The step.</param>
    public virtual UpdateScalars Update(in StepContext step) =>
        new(Scale(step), IsDecoupled ? Decay(step) : 0, L2: L2(step));

    /// <summary>
    /// Gives each option to a checkpoint by name, or takes it from there: what <paramref name="values"/> returns for an option is its
    /// value. Options of your own are saved, and restored, if you override this: <c>base.SaveOrRestore(values) with { ... }</c>. The learning
    /// rate and how states are stored are not options in this sense.
    /// </summary>
    /// <param name="values">What is given and taken. The names are those of torch-optimi and PyTorch, such as <c>weight_decay</c>.</param>
    /// <returns>The options with the values taken.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    protected internal virtual OptimizerOptions SaveOrRestore(OptionValues values)
    {
        ArgumentNullException.ThrowIfNull(values);
        OptimizerOptions exchanged = this with
        {
            WeightDecay = values.Number("weight_decay", WeightDecay),
            DecoupleLr = values.Flag("decouple_lr", DecoupleLr),
            Maximize = values.Flag("maximize", Maximize),
        };
        // Others are rounded to the nearest, whatever these say.
        return CompressedStates || MasterWeightBits is not null
            ? exchanged with { Dithered = values.Flag("dithered", Dithered), DitherSeed = values.Seed("seed", DitherSeed) }
            : exchanged;
    }

    /// <summary>β of the moving average that a state is, if it is kept debiased: as what it would be had it not begun as zero. Null, the
    /// default: it is kept as it is. Checkpoints in PyTorch's form, whose averages are raw, are converted by it.</summary>
    /// <param name="state">The state's name.</param>
    protected internal virtual double? DebiasedBy(string state) => null;

    /// <summary>What PyTorch's optimizer of the same kind calls a state. Default: the same.</summary>
    /// <param name="state">The state's name.</param>
    protected internal virtual string TorchName(string state) => state;

    /// <summary>The scalars of a step beside the rule's.</summary>
    internal UpdateScalars ScalarsOf(in StepContext step)
    {
        UpdateScalars scalars = Update(step);
        return scalars with { Maximize = Maximize || scalars.Maximize, Rounding = RoundingOf(step) };
    }

    /// <summary>How a step rounds what it stores in few bits.</summary>
    internal Rounding RoundingOf(in StepContext step)
    {
        int seed = (int)DitherSeed;
        return new(
            Dithered ? Dither.OfMoments(step.Step, seed) : Dither.Nearest,
            Dithered || MasterWeightBits == 16 ? Dither.OfWeights(step.Step, seed) : Dither.Nearest,
            CompressedStates ? SpreadOf(step) : Rounding.Nearest.Spread);
    }

    /// <summary>How far apart second moments may lie in a group before they get more bits.</summary>
    internal abstract int SpreadOf(in StepContext step);

    /// <summary>What goes with the values of parameters.</summary>
    /// <exception cref="OptionException">They cannot have so many bits.</exception>
    internal WeightFormat WeightsOf(DType dtype)
    {
        if (MasterWeightBits is null)
            return Compensates(dtype) ? WeightFormat.Kahan : WeightFormat.Plain;
        if (dtype != DType.BFloat16)
        {
            throw new OptionException(FormattableString.Invariant(
                $"{nameof(MasterWeightBits)} is {MasterWeightBits}, but the parameters are {dtype}; it is for {DType.BFloat16} parameters:")
                + " put the others in a group without it.");
        }

        return MasterWeightBits switch
        {
            16 => WeightFormat.Dithered16,
            24 => WeightFormat.Split24,
            _ => WeightFormat.Split32,
        };
    }

    /// <summary>Checks the options.</summary>
    /// <exception cref="OptionException">One has a value that it cannot have.</exception>
    protected internal virtual void Validate()
    {
        Guard.NotNegative(Lr, nameof(Lr));
        Guard.NotNegative(WeightDecay, nameof(WeightDecay));
        if (StateDType is DType states && !Enum.IsDefined(states))
            throw new OptionException(FormattableString.Invariant($"{nameof(StateDType)} is {(int)states}, which is no storage type."));
        if (CompressedStates && StateDType is not null)
        {
            throw new OptionException(
                $"{nameof(CompressedStates)} is true, but {nameof(StateDType)} is {StateDType}; set one of them.");
        }

        CheckMasterWeights();
        if (MaxLr is double maxLr)
            Guard.Positive(maxLr, nameof(MaxLr));
        else if (DecoupleLr)
            Guard.Positive(Lr, $"{nameof(MaxLr)}, which is {nameof(Lr)} unless given,");
    }

    private void CheckMasterWeights()
    {
        if (MasterWeightBits is not int bits)
            return;
        if (bits is not (16 or 24 or 32))
            throw new OptionException(FormattableString.Invariant($"{nameof(MasterWeightBits)} is {bits}, but it must be 16, 24 or 32."));
        if (Kahan == true)
        {
            throw new OptionException(FormattableString.Invariant(
                $"{nameof(MasterWeightBits)} is {bits}, but {nameof(Kahan)} is true; they do the same, so set one of them."));
        }
    }

    /// <summary>λ of decay in the gradient: 0 where it is decoupled, and in steps that only accumulate.</summary>
    /// <param name="step">The step.</param>
    private double L2(in StepContext step) => IsDecoupled || step.Accumulates ? 0 : WeightDecay;

    /// <summary>d: the share of a parameter that decay takes away in a step, if it is decoupled.</summary>
    /// <param name="step">The step.</param>
    protected double Decay(in StepContext step) =>
        DecoupleLr ? step.Lr / step.MaxLr * WeightDecay : step.Lr * WeightDecay;

    /// <summary>What a step's decay is for each unit of its learning rate, if it is decoupled.</summary>
    /// <param name="step">The step.</param>
    protected double DecayOfLr(in StepContext step) => DecoupleLr ? WeightDecay / step.MaxLr : WeightDecay;

    /// <summary>The kernel variant for parameters and gradients of some storage.</summary>
    /// <exception cref="OptionException">A state is stored in a way that it cannot be.</exception>
    internal abstract SlotLayout LayoutOf(DType dtype, DType gradient);

    /// <summary>Checks a learning rate, and what a step makes of it.</summary>
    /// <exception cref="OptionException">It is negative, or something overflows float32.</exception>
    internal virtual void CheckRate(double lr, double maxLr)
    {
        Guard.NotNegative(lr, nameof(Lr));
        if (IsDecoupled)
        {
            Guard.NotNegative(
                Decay(new StepContext(1, lr, maxLr, Accumulates: false)), $"A step's decay, from {nameof(Lr)} and {nameof(WeightDecay)},");
        }
    }

    /// <summary>What is allowed but seldom meant, as a sentence; null if nothing is.</summary>
    internal virtual string? Doubt => null;

    internal bool HasL2 => !IsDecoupled && WeightDecay > 0;

    internal bool Compensates(DType dtype) => dtype.IsLowPrecision() && (Kahan ?? KahanByDefault);
}
