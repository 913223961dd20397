using ILGPU;

namespace Optimi;

public partial class Optimizer<TRule>
{
    /// <summary>The launches of the step in hand.</summary>
    private readonly List<ScheduledLaunch<TRule>> _begun = [];

    /// <inheritdoc/>
    public override Task PrepareAsync()
    {
        lock (Device.Gate)
        {
            ThrowIfDisposed();
            Settle();
            using Transaction transaction = _schedule.Begin();
            _schedule.Complete(transaction);
            var compiled = new List<Task> { PrepareGate(transaction, out ArrayView<int>? verdict) };
            foreach (ScheduledLaunch<TRule> launch in _schedule.Launches)
            {
                launch.Verdict = verdict;
                compiled.Add(launch.Prepare(Accumulate, GradientRelease, transaction));
            }

            transaction.Commit();
            return Task.WhenAll(compiled);
        }
    }

    /// <inheritdoc/>
    public override void Step(Parameter parameter)
    {
        lock (Device.Gate)
        {
            LaunchTensor tensor = Find(parameter);
            CheckCanStep();
            Settle();
            if (tensor.TakesPart && StepsJudged(parameter))
                return;
            using (Transaction transaction = _schedule.Begin())
            {
                _schedule.Complete(transaction);
                _begun.Clear();
                if (tensor.TakesPart && _schedule.TryGet(tensor, out ScheduledLaunch<TRule>? launch))
                {
                    parameter.AllocateGradient(transaction);
                    Begin(launch, verdict: null, transaction);
                    launch.Add(tensor, parameter.GradientPlace);
                    launch.PrepareSome();
                }

                transaction.Commit();
            }

            RunAndCount();
        }
    }

    /// <inheritdoc/>
    private protected override void StepPassing(ReadOnlySpan<PassingGradient> gradients)
    {
        foreach (PassingGradient gradient in gradients)
            Find(gradient.Parameter);
        CheckCanStep();
        using (Transaction transaction = _schedule.Begin())
        {
            _schedule.Complete(transaction);
            _begun.Clear();
            foreach (PassingGradient gradient in gradients)
            {
                LaunchTensor tensor = _tensors[gradient.Parameter];
                if (gradient.Parameter.Frozen || !_schedule.TryGet(tensor, out ScheduledLaunch<TRule>? launch))
                    continue;
                if (!_begun.Contains(launch))
                    Begin(launch, verdict: null, transaction);
                launch.Add(tensor, gradient.Place);
            }

            foreach (ScheduledLaunch<TRule> launch in _begun)
                launch.PrepareSome();
            transaction.Commit();
        }

        RunAndCount();
    }

    /// <inheritdoc/>
    internal override void CompleteStep(Transaction transaction)
    {
        ThrowIfDisposed();
        CheckCanStep();
        _schedule.Complete(transaction);
    }

    /// <inheritdoc/>
    internal override void BeginStep(float gradientFactor, ArrayView<int>? verdict, Transaction transaction)
    {
        Around.GradientFactor = gradientFactor;
        foreach (ScheduledLaunch<TRule> launch in _schedule.Launches)
        {
            launch.Verdict = verdict;
            launch.Begin(Accumulate, transaction);
        }

        _begun.Clear();
        _begun.AddRange(_schedule.Launches);
    }

    /// <inheritdoc/>
    internal override void BeginStep(
        PassingGradient gradient, float gradientFactor, ArrayView<int>? verdict, Transaction transaction)
    {
        Around.GradientFactor = gradientFactor;
        _begun.Clear();
        LaunchTensor tensor = _tensors[gradient.Parameter];
        if (!_schedule.TryGet(tensor, out ScheduledLaunch<TRule>? launch))
            return;
        Begin(launch, verdict, transaction);
        launch.Add(tensor, gradient.Place);
        launch.PrepareSome();
    }

    /// <inheritdoc/>
    internal override void AwaitKernels()
    {
        foreach (ScheduledLaunch<TRule> launch in _begun)
            launch.AwaitKernels();
    }

    /// <inheritdoc/>
    internal override void RunStep()
    {
        foreach (ScheduledLaunch<TRule> launch in _begun)
            launch.Run();
    }

    /// <inheritdoc/>
    internal override void CountStep()
    {
        foreach (ScheduledLaunch<TRule> launch in _begun)
            launch.Count();
        if (_begun.Count > 0)
            Metrics.OnMade();
    }

    /// <summary>Begins a step of some of a launch's tensors.</summary>
    private void Begin(ScheduledLaunch<TRule> launch, ArrayView<int>? verdict, Transaction transaction)
    {
        launch.Verdict = verdict;
        launch.BeginSome(Accumulate, transaction);
        _begun.Add(launch);
    }

    private void RunAndCount()
    {
        AwaitKernels();
        RunStep();
        CountStep();
    }
}
