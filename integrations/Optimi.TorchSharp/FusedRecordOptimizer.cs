using Optimi.Kernels;

namespace Optimi.TorchSharp;

/// <summary>A fused optimizer that TorchSharp has none of, so that its groups have Optimi's own options.</summary>
/// <typeparam name="TOptions">The options.</typeparam>
/// <typeparam name="TRule">The rule.</typeparam>
public abstract class FusedRecordOptimizer<TOptions, TRule> : FusedOptimizer<FusedOptions<TOptions>, TOptions, TRule>
    where TOptions : RuleOptions<TRule>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    private protected FusedRecordOptimizer(TOptions defaults, Func<TOptions, TOptions>? configure)
        : base(new FusedOptions<TOptions>(defaults), defaults, configure)
    {
    }

    private protected sealed override StateForm Form { get; } = new FusedForm();

    private protected sealed override void Complete(FusedOptions<TOptions> options) => options.Values ??= Defaults.Values;

    private protected sealed override bool Agree(FusedOptions<TOptions> options, TOptions current) => ReferenceEquals(options.Values, current);

    private protected sealed override void Keep(FusedOptions<TOptions> options, TOptions current) => options.Values = current;

    private protected sealed override void Copy(FusedOptions<TOptions> from, FusedOptions<TOptions> to)
    {
        (to.LearningRate, to.InitialLearningRate) = (from.LearningRate, from.InitialLearningRate);
        to.Values = from.Values;
    }

    private protected sealed override TOptions Translate(FusedOptions<TOptions> options, TOptions current)
    {
        // What is read from a file is so many values, and says nothing of the others.
        if (options.Values is null)
            return (TOptions)current.SaveOrRestore(OptionValues.Saved(options.Saved!, StateConvention.Optimi));
        return options.Values;
    }
}
