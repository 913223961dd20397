using Optimi.Kernels;

namespace Optimi.TorchSharp;

/// <summary>A fused optimizer with a certain rule.</summary>
/// <typeparam name="TGroupOptions">The options of its groups, as TorchSharp writes them.</typeparam>
/// <typeparam name="TOptions">The same options as Optimi writes them, which know more.</typeparam>
/// <typeparam name="TRule">The rule.</typeparam>
public abstract class FusedOptimizer<TGroupOptions, TOptions, TRule> : FusedOptimizer
    where TGroupOptions : TorchOptions, new()
    where TOptions : RuleOptions<TRule>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    private readonly TOptions _options;
    private readonly Func<TOptions, TOptions>? _configure;

    /// <param name="defaults">What groups leave open.</param>
    /// <param name="options">What TorchSharp's options do not say.</param>
    /// <param name="configure">Called for each group: makes its options from those that the arguments and TorchSharp's options say.</param>
    private protected FusedOptimizer(TGroupOptions defaults, TOptions options, Func<TOptions, TOptions>? configure)
        : base(defaults)
    {
        _options = options;
        _configure = configure;
    }

    /// <summary>What groups leave open.</summary>
    private protected TGroupOptions Defaults => (TGroupOptions)_defaults;

    /// <summary>Fills in what a group leaves open.</summary>
    private protected abstract void Complete(TGroupOptions options);

    /// <summary>Whether options say what Optimi's say already, learning rates aside.</summary>
    /// <exception cref="OptionException">They say something that is not supported.</exception>
    private protected abstract bool Agree(TGroupOptions options, TOptions current);

    /// <summary>Optimi's options, with what TorchSharp's say.</summary>
    private protected abstract TOptions Translate(TGroupOptions options, TOptions current);

    /// <summary>Lets TorchSharp's options say what Optimi's do, learning rates aside.</summary>
    private protected abstract void Keep(TGroupOptions options, TOptions current);

    /// <summary>Copies options.</summary>
    private protected virtual void Copy(TGroupOptions from, TGroupOptions to) => to.LoadStateDict(from);

    /// <summary>Makes the optimizer of Optimi's.</summary>
    private protected abstract Optimizer<TRule> Make(ParameterGroup group);

    private protected sealed override TorchOptions Complete(TorchOptions? options)
    {
        if (options is not (null or TGroupOptions))
        {
            throw new OptionException(
                $"A group has options of type {options.GetType().FullName}, but {GetType().Name} has groups with {typeof(TGroupOptions).FullName};"
                + " make the group for this optimizer.");
        }

        var completed = new TGroupOptions();
        if (options is not null)
            Copy((TGroupOptions)options, completed);
        completed.LearningRate ??= Defaults.LearningRate;
        Complete(completed);
        return completed;
    }

    private protected sealed override TorchOptions Publish(TorchOptions options, TorchOptions? target)
    {
        if (target is null)
            return options;
        Copy((TGroupOptions)options, (TGroupOptions)target);
        return target;
    }

    private protected sealed override void Keep(TorchOptions options, OptimizerOptions current, double lr)
    {
        Keep((TGroupOptions)options, (TOptions)current);
        options.LearningRate = lr;
    }

    private protected sealed override OptimizerOptions Translate(TorchOptions options)
    {
        var groupOptions = (TGroupOptions)options;
        _ = Agree(groupOptions, _options);
        TOptions translated = Translate(groupOptions, _options) with { Lr = options.LearningRate!.Value };
        TOptions configured = _configure?.Invoke(translated) ?? translated;
        Keep(options, configured, configured.Lr);
        return configured;
    }

    private protected sealed override OptimizerOptions Translate(TorchOptions options, OptimizerOptions current)
    {
        var groupOptions = (TGroupOptions)options;
        var currentOptions = (TOptions)current;
        return Agree(groupOptions, currentOptions) ? current : Translate(groupOptions, currentOptions);
    }

    private protected sealed override ParameterGroup Add(IEnumerable<Parameter> parameters, OptimizerOptions options, ref Optimizer? optimizer)
    {
        if (optimizer is Optimizer<TRule> there)
            return there.AddGroup(parameters, (TOptions)options);
        var group = new ParameterGroup(parameters, options);
        optimizer = Make(group);
        return group;
    }
}
