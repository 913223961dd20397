using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// What gradients have to pass before a step: their norm is found, they are unscaled and clipped by it, and a step is skipped if one of
/// them is not finite. It belongs to one optimizer, or to several that share a norm.
/// </summary>
/// <remarks>
/// A device finds this out by itself, and the step that reads it is queued at once. The host learns of it when it needs to: before the next
/// step, and when somebody asks for a norm, a scale or a counter. Until then the step is not counted.
/// </remarks>
/// <param name="device">The device of all parameters.</param>
/// <param name="optimizers">The optimizers, in the order of the norm's sum.</param>
internal sealed partial class GradientGate(ComputeDevice device, Optimizer[] optimizers) : IDisposable
{
    private readonly Transaction _transaction = new();
    private GradientPass? _pass;
    private int _groups;

    /// <summary>The sum of each parameter's squares in the last step, and in the step whose parameters are stepped one after the other.</summary>
    private float[] _sums = [];

    private float[] _released = [];
    private float _sum;

    /// <summary>The optimizers whose step was queued and is not known to be made or skipped; a tensor's, if it was stepped alone.</summary>
    private bool _isPending;

    private int? _pendingTensor;
    private bool _isClosing;
    private bool _hasClosed;

    /// <summary>The device of all parameters.</summary>
    public ComputeDevice Device => device;

    /// <summary>The largest norm; null for any.</summary>
    public double? MaxNorm
    {
        get;
        set
        {
            if (value is double norm)
                Guard.PositiveInFloat32(norm, nameof(MaxNorm));
            field = value;
        }
    }

    /// <summary>Whether steps with a gradient that is not finite are skipped; null for the default.</summary>
    public bool? SkipNonFinite { get; set; }

    /// <summary>The scale of the loss.</summary>
    public GradientScaler? Scaler
    {
        get;
        set
        {
            SettleInTurn();
            value?.Attach(this);
            if (field != value)
                field?.Detach(this);
            field = value;
        }
    }

    /// <summary>Whether there is anything to find out before a step.</summary>
    public bool IsAsked => MaxNorm is not null || IsSkipping;

    /// <summary>Whether a step with a gradient that is not finite is skipped.</summary>
    public bool IsSkipping => Scaler is not null || (SkipNonFinite ?? MaxNorm is not null);

    /// <summary>How many steps were skipped, when all are settled.</summary>
    public long SkippedSteps { get; private set; }

    /// <summary>The norm that was found last; NaN if there is none.</summary>
    public float Norm => HasNorm ? MathF.Sqrt(_sum) : float.NaN;

    /// <summary>The norm of a parameter's gradient that was found last.</summary>
    public float NormOf(Parameter parameter) =>
        HasNorm && _pass is not null && _pass.TryGetNumber(parameter, out int number) ? MathF.Sqrt(_sums[number]) : float.NaN;

    private bool HasNorm { get; set; }

    /// <summary>Steps all parameters that have a gradient.</summary>
    public void Step()
    {
        Settle();
        bool isAsked = IsAsked;
        using (Transaction transaction = (_transaction.IsOpen ? new Transaction() : _transaction).Begin())
        {
            foreach (Optimizer optimizer in optimizers)
                optimizer.CompleteStep(transaction);
            if (isAsked)
                PassFor(transaction).Begin(transaction);
            bool isKnown = isAsked && _pass!.Verdict is null;
            if (isKnown && IsSkippedNow(Scalars, tensor: null))
            {
                transaction.Commit();
                return;
            }

            foreach (Optimizer optimizer in optimizers)
                optimizer.BeginStep(isKnown ? _pass!.Await()[0] : 1, isAsked ? _pass!.Verdict : null, transaction);
            transaction.Commit();
        }

        // Kernels of all launches are compiled side by side, and no tensor is stepped if one of them fails.
        bool isQueued = isAsked && _pass!.Verdict is not null;
        if (isQueued)
            _pass!.AwaitKernels();
        foreach (Optimizer optimizer in optimizers)
            optimizer.AwaitKernels();
        if (isQueued)
            _pass!.Run(Scalars);
        foreach (Optimizer optimizer in optimizers)
            optimizer.RunStep();
        End(isQueued, isAsked, tensor: null);
    }

    /// <summary>Steps one parameter whose gradient has to pass by itself: a norm of all there is only in the step before.</summary>
    /// <param name="optimizer">The parameter's optimizer.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="passing">Where its gradient lies; null for where the parameter has it.</param>
    public void StepAlone(Optimizer optimizer, Parameter parameter, MemoryPlace? passing)
    {
        Settle();
        int number;
        using (Transaction transaction = (_transaction.IsOpen ? new Transaction() : _transaction).Begin())
        {
            optimizer.CompleteStep(transaction);
            GradientPass pass = PassFor(transaction);
            if (passing is null)
                parameter.AllocateGradient(transaction);
            var gradient = new PassingGradient(parameter, passing ?? parameter.GradientPlace);
            number = pass.NumberOf(parameter);
            pass.BeginAlone(number, gradient.Place);
            if (pass.Verdict is null && IsSkippedNow(OfOne, number))
            {
                transaction.Commit();
                return;
            }

            optimizer.BeginStep(gradient, ReleaseFactor, pass.Verdict, transaction);
            transaction.Commit();
        }

        bool isQueued = _pass!.Verdict is not null;
        _pass.AwaitKernels();
        optimizer.AwaitKernels();
        if (isQueued)
            _pass.Run(OfOne);
        optimizer.RunStep();
        End(isQueued, isJudged: true, number);
    }

    /// <summary>The factor of gradients whose parameters are stepped one after the other: from the norm of the last step that was closed.</summary>
    public float ReleaseFactor => MaxNorm is double norm && _hasClosed ? new JudgeScalars(1, (float)norm, 0).Of(_sum).Factor : 1;

    /// <summary>Begins to compile what steps will need before their own kernels.</summary>
    /// <param name="transaction">What undoes it.</param>
    /// <param name="verdict">What the kernels of steps will read; null for nothing.</param>
    /// <returns>Complete when it is compiled.</returns>
    public Task Prepare(Transaction transaction, out ILGPU.ArrayView<int>? verdict)
    {
        verdict = null;
        if (!IsAsked)
            return Task.CompletedTask;
        GradientPass pass = PassFor(transaction);
        verdict = pass.Verdict;
        return pass.Prepare();
    }

    /// <summary>Ends a step whose parameters were stepped one after the other: their norm clips the next one.</summary>
    public void Close()
    {
        if (_isClosing)
            Settle();
        _isClosing = true;
    }

    /// <summary>Forgets steps whose parameters were stepped one after the other.</summary>
    public void ForgetReleased()
    {
        Settle();
        Array.Clear(_released);
        _hasClosed = false;
    }

    /// <summary>Waits until the last step is known to be made or skipped.</summary>
    public void SettleInTurn()
    {
        lock (device.Gate)
            Settle();
    }

    /// <inheritdoc cref="SettleInTurn"/>
    public void Settle()
    {
        if (_isPending)
        {
            _isPending = false;
            if (Take(_pendingTensor))
                Count(hasNorm: _pendingTensor is null);
        }

        if (_isClosing)
            CloseStep();
    }

    /// <summary>Frees what it has.</summary>
    public void Dispose()
    {
        _isPending = _isClosing = false;
        _pass?.Dispose();
        _pass = null;
        Scaler?.Detach(this);
    }

    private JudgeScalars Scalars => new(
        Scaler?.Unscale ?? 1, (float)(MaxNorm ?? double.PositiveInfinity), IsSkipping ? 1 : 0);

    private JudgeScalars OfOne => new(1, float.PositiveInfinity, IsSkipping ? 1 : 0);

    /// <summary>Makes the pass where the host knows its result at once.</summary>
    /// <returns>Whether the step is skipped; then this is all there is to do.</returns>
    private bool IsSkippedNow(JudgeScalars scalars, int? tensor)
    {
        _pass!.Run(scalars);
        return IsSkipped(_pass.Await()) && !Take(tensor);
    }

    private static bool IsSkipped(ReadOnlySpan<float> found) => BitConverter.SingleToInt32Bits(found[1]) == 0;

    /// <summary>Takes notice of a step that was made, or queued.</summary>
    private void End(bool isQueued, bool isJudged, int? tensor)
    {
        (_isPending, _pendingTensor) = (isQueued, tensor);
        if (isQueued)
            return;
        if (isJudged)
            Take(tensor);
        Count(hasNorm: isJudged && tensor is null);
    }

    /// <summary>Takes notice of what was found.</summary>
    /// <param name="tensor">The one parameter whose step it is; null if it is a step of all.</param>
    /// <returns>Whether the step is made.</returns>
    private bool Take(int? tensor)
    {
        ReadOnlySpan<float> found = _pass!.Await();
        bool isSkipped = IsSkipped(found);
        ReadOnlySpan<float> sums = found[JudgeTables.SumsOfTensors..];
        if (tensor is int one)
        {
            _released[one] = isSkipped ? 0 : sums[one];
        }
        else
        {
            sums.CopyTo(_sums);
            _sum = found[JudgeTables.Sum];
            HasNorm = true;
        }

        if (isSkipped)
            CountSkipped();
        Scaler?.OnStep(isSkipped);
        return !isSkipped;
    }

    private void CloseStep()
    {
        _isClosing = false;
        if (_pass is null)
            return;
        _sum = HostGradientPass.SumOf(_released, _sums);
        _released.CopyTo(_sums, 0);
        Array.Clear(_released);
        HasNorm = _hasClosed = true;
        TellNorm();
    }
}
