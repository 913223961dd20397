using System.Diagnostics.CodeAnalysis;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// An optimizer with any update rule: one of the library's, or one of your own (see <see cref="IUpdateRule{TSelf, TLane}"/>),
/// which then runs on every device, with Kahan summation, groups and all.
/// </summary>
/// <typeparam name="TRule">The rule, with <see cref="ScalarLane"/> as its register.</typeparam>
[RequiresDynamicCode(CodeNeeds.ClosedTypes)]
public partial class Optimizer<TRule> : Optimizer
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    private readonly Dictionary<Parameter, LaunchTensor> _tensors = [];
    private readonly LaunchSchedule<TRule> _schedule;
    private bool _accumulate;

    /// <summary>Creates an optimizer with one group.</summary>
    /// <param name="parameters">The parameters: a whole <see cref="ParameterBuffer"/> or some of it; at least one.</param>
    /// <param name="options">Their options.</param>
    /// <exception cref="ParameterException">There is no parameter, or one is named twice.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have, or the rule is not what it must be.</exception>
    public Optimizer(IEnumerable<Parameter> parameters, RuleOptions<TRule> options)
        : this([new ParameterGroup(parameters, options)])
    {
    }

    /// <summary>Creates an optimizer with groups.</summary>
    /// <param name="groups">The groups: at least one, on one device; no parameter in two of them.</param>
    /// <exception cref="ParameterException">There is no group, a parameter is in two, or they are on several devices.</exception>
    /// <exception cref="OptionException">A group's options are another rule's, or the rule is not what it must be.</exception>
    public Optimizer(params IReadOnlyList<ParameterGroup> groups)
        : base(groups)
    {
        LaunchFactory.Check<TRule>();
        _schedule = new LaunchSchedule<TRule>(Device, Around);
        lock (Device.Gate)
        {
            foreach (ParameterGroup group in groups)
                Own(group);
        }

        foreach (ParameterGroup group in groups)
            group.AddOwner(this);
        OptionWarnings.OnAdded(groups);
    }

    /// <inheritdoc/>
    public override bool Accumulate
    {
        get => _accumulate;
        set
        {
            bool hasL2;
            lock (Device.Gate)
            {
                hasL2 = value && CheckAccumulation(Groups);
                _accumulate = value;
            }

            OptionWarnings.OnAccumulation(hasL2);
        }
    }

    /// <summary>
    /// Adds a group. Its parameters share the launches of the others; only on OpenCL, once states are allocated, they get launches of
    /// their own.
    /// </summary>
    /// <param name="parameters">The parameters: at least one, none that the optimizer has already.</param>
    /// <param name="options">Their options.</param>
    /// <returns>The group.</returns>
    /// <exception cref="ParameterException">There is no parameter, or the optimizer has one of them already.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have, or a model steps the parameters (gradient
    /// release).</exception>
    public ParameterGroup AddGroup(IEnumerable<Parameter> parameters, RuleOptions<TRule> options)
    {
        var group = new ParameterGroup(parameters, options);
        bool hasL2;
        lock (Device.Gate)
        {
            ThrowIfDisposed();
            CheckCanAdd(group);
            hasL2 = Accumulate && CheckAccumulation([group]);
            Own(group);
        }

        group.AddOwner(this);
        OptionWarnings.OnAccumulation(hasL2);
        OptionWarnings.OnAdded([group]);
        return group;
    }

    /// <inheritdoc/>
    internal override void CheckOptions(OptimizerOptions options)
    {
        if (options is not RuleOptions<TRule>)
        {
            throw new OptionException(
                $"{options.GetType().Name} are not the options of {GetType().Name}; use those made for its rule.");
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            _schedule.Dispose();
    }

    /// <summary>Checks that groups can accumulate.</summary>
    /// <returns>Whether one has weight decay in its gradients.</returns>
    /// <exception cref="OptionException">A group has no states.</exception>
    private static bool CheckAccumulation(IEnumerable<ParameterGroup> groups)
    {
        bool hasL2 = false;
        foreach (ParameterGroup group in groups)
        {
            hasL2 |= group.Options.HasL2;
            ((RuleOptions<TRule>)group.Options).CheckAccumulation();
        }

        return hasL2;
    }

    /// <inheritdoc/>
    private protected override void CheckOwned(Parameter parameter) => Find(parameter);

    private LaunchTensor Find(Parameter parameter)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(parameter);
        return _tensors.TryGetValue(parameter, out LaunchTensor? tensor)
            ? tensor
            : throw new ParameterException(
                $"Parameter '{parameter.Name}' is in no group of this optimizer; add it with AddGroup.");
    }

    private void Own(ParameterGroup group)
    {
        CheckOptions(group.Options);
        foreach (Parameter parameter in group.Parameters)
        {
            if (_tensors.ContainsKey(parameter))
                throw new ParameterException($"Parameter '{parameter.Name}' is in a group of this optimizer already.");
            if (parameter.Buffer.Device != Device)
            {
                throw new ParameterException(
                    $"Parameter '{parameter.Name}' is on device '{parameter.Buffer.Device.Name}', the first one on"
                    + $" '{Device.Name}'; use an optimizer for each device.");
            }
        }

        foreach (Parameter parameter in group.Parameters)
        {
            var tensor = new LaunchTensor(parameter, group);
            _tensors.Add(parameter, tensor);
            _schedule.Add(tensor);
            parameter.AddOwner(this);
        }

        Add(group);
    }
}
