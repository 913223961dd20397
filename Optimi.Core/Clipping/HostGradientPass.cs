using ILGPU;
using Optimi.Kernels;

namespace Optimi;

/// <summary>The pass on the host's cores and vector units: what it finds is known when it has run.</summary>
internal sealed unsafe class HostGradientPass : GradientPass
{
    private readonly HostLaunch<SquareRule<ScalarLane>>[] _launches;
    private readonly float[] _result;
    private readonly float[] _totals;

    public HostGradientPass(ComputeDevice device, IReadOnlyList<Parameter> parameters)
        : base(device, parameters)
    {
        _launches =
        [
            .. Memories.Select(memory => new HostLaunch<SquareRule<ScalarLane>>(
                memory, HostFunctions<SquareRule<ScalarLane>>.Of(memory.Layout, false, device.Lane), accumulates: false)),
        ];
        _result = new float[JudgeTables.SumsOfTensors + parameters.Count];
        _totals = new float[parameters.Count];
    }

    /// <inheritdoc/>
    public override ArrayView<int>? Verdict => null;

    /// <inheritdoc/>
    public override Task Prepare() => Task.CompletedTask;

    /// <inheritdoc/>
    public override void AwaitKernels()
    {
    }

    /// <inheritdoc/>
    public override void Run(JudgeScalars scalars)
    {
        var rule = new SquareRule<ScalarLane> { Unscale = scalars.Unscale };
        for (int launch = 0; launch < _launches.Length; launch++)
        {
            if (Alone is int alone && PlaceOf(alone).Launch != launch)
                continue;
            _launches[launch].SetAlike(rule);
            _launches[launch].Measure();
        }

        Device.CountLaunches(1);
        Span<float> ofTensors = _result.AsSpan(JudgeTables.SumsOfTensors);
        for (int number = 0; number < Count; number++)
        {
            (int launch, int index) = PlaceOf(number);
            ofTensors[number] = TakesPart[number] ? _launches[launch].SumOf(index) : 0;
        }

        float sum = Alone is int one ? ofTensors[one] : SumOf(ofTensors, _totals);
        GradientVerdict verdict = scalars.Of(sum);
        (_result[0], _result[1], _result[JudgeTables.Sum]) = (verdict.Factor, BitConverter.Int32BitsToSingle(verdict.KeepMask), sum);
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Await() => _result;

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (HostLaunch<SquareRule<ScalarLane>> launch in _launches)
            launch.Dispose();
    }

    /// <inheritdoc/>
    protected override void Forget(int launch) => _launches[launch].BeginAlike(default);

    /// <inheritdoc/>
    protected override void TakePart(int launch, int index) => _launches[launch].TakePart(index, 0);

    /// <inheritdoc/>
    protected override void MoveGradient(int launch, int index) => _launches[launch].MoveGradient(index);

    /// <inheritdoc/>
    protected override void Prepare(int launch, LaunchRange range) => _launches[launch].Prepare(range);

    /// <summary>The sum over tensors of their sums.</summary>
    /// <param name="ofTensors">The sums of the tensors.</param>
    /// <param name="room">Room for as many numbers.</param>
    public static float SumOf(ReadOnlySpan<float> ofTensors, Span<float> room)
    {
        if (ofTensors.IsEmpty)
            return 0;
        ofTensors.CopyTo(room);
        fixed (float* totals = room)
            return TreeSum.OfSums<ScalarLane>(totals, ofTensors.Length);
    }
}
