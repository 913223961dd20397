using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>The pass as ILGPU kernels: what it finds stays on the device for the step, and comes back to the host meanwhile.</summary>
internal sealed class DeviceGradientPass : GradientPass
{
    private readonly SquaresLaunch[] _launches;
    private readonly DeviceArray<TensorExtent> _extents;
    private readonly DeviceTable<int> _takesPart;
    private readonly DeviceArray<FinishPart> _parts;
    private readonly DeviceArray<int> _partsDone;
    private readonly DeviceArray<ScalarLane> _sums;
    private readonly DeviceArray<ScalarLane> _totals;
    private readonly DeviceArray<int> _result;
    private readonly Readback _readback;
    private readonly int[] _uploaded;

    /// <summary>For each parameter the number of its first part, and one past the last part of all.</summary>
    private readonly int[] _firstPart;

    private readonly PendingKernel<Action<AcceleratorStream, KernelConfig, int, int, int, int, JudgeScalars, JudgeTables>>? _judge;
    private readonly SimulatedJudge? _simulation;

    /// <exception cref="DeviceException">The device has no memory left.</exception>
    public DeviceGradientPass(ComputeDevice device, IReadOnlyList<Parameter> parameters)
        : base(device, parameters)
    {
        Allocator allocator = device.Allocator;
        using var transaction = new Transaction();
        _launches = [.. Memories.Select(memory => transaction.Add(LaunchFactory.CreateSquares(memory)))];
        var firstTileOf = new int[Memories.Length];
        for (int launch = 1; launch < Memories.Length; launch++)
            firstTileOf[launch] = checked(firstTileOf[launch - 1] + Memories[launch - 1].TileCount);
        _sums = transaction.Add(allocator.Allocate<ScalarLane>(Math.Max(1, Memories.Sum(memory => memory.TileCount))));
        for (int launch = 0; launch < Memories.Length; launch++)
        {
            // Of no tiles there is no view.
            if (Memories[launch].TileCount > 0)
                _launches[launch].Sums = _sums.View.SubView(firstTileOf[launch], Memories[launch].TileCount);
        }

        TensorExtent[] extents = [.. Enumerable.Range(0, Count).Select(number => ExtentOf(number, firstTileOf))];
        _extents = transaction.Add(allocator.Allocate(extents));
        bool sharesTensors = device.Shape == KernelShape.Quad;
        FinishPart[] parts = FinishPart.Of(extents, sharesTensors ? CountedParts.BlocksPerPart : WholeTensors.BlocksPerPart);
        _firstPart = FinishPart.FirstOf(parts, Count);
        _parts = transaction.Add(allocator.Allocate(parts));
        _partsDone = transaction.Add(allocator.Allocate(new int[Count + 1]));
        _totals = transaction.Add(allocator.Allocate<ScalarLane>(Count));
        _result = transaction.Add(allocator.Allocate(new int[JudgeTables.SumsOfTensors + Count]));
        _takesPart = transaction.Add(new DeviceTable<int>(device, Count));
        _readback = transaction.Add(new Readback(device, JudgeTables.SumsOfTensors + Count));
        _uploaded = [.. Enumerable.Repeat(-1, Count)];
        if (device.Groups is SimulatedGroups groups)
        {
            _simulation = new SimulatedJudge(groups, sharesTensors);
        }
        else
        {
            _judge = device.Kernels.Get<Action<AcceleratorStream, KernelConfig, int, int, int, int, JudgeScalars, JudgeTables>>(
                sharesTensors ? JudgeKernel<CountedParts>.Run : JudgeKernel<WholeTensors>.Run);
        }

        transaction.Commit();
    }

    /// <inheritdoc/>
    public override ArrayView<int>? Verdict => _result.View;

    /// <inheritdoc/>
    public override Task Prepare() =>
        Task.WhenAll([.. _launches.Select(launch => launch.WhenCompiled()), _judge?.Start() ?? Task.CompletedTask]);

    /// <inheritdoc/>
    public override void AwaitKernels()
    {
        foreach (SquaresLaunch launch in _launches)
            launch.AwaitKernels();
        _judge?.Wait();
    }

    /// <inheritdoc/>
    public override void Run(JudgeScalars scalars)
    {
        using ContextScope current = Device.Ilgpu.Enter();
        for (int launch = 0; launch < _launches.Length; launch++)
        {
            if (Alone is int alone && PlaceOf(alone).Launch != launch)
                continue;
            _launches[launch].Unscale = scalars.Unscale;
            _launches[launch].Run();
        }

        UploadParticipants();
        int first = Alone ?? 0;
        int tensors = Alone is null ? Count : 1;
        int parts = _firstPart[first + tensors] - _firstPart[first];
        if (_simulation is not null)
            _simulation.Run(_firstPart[first], parts, first, tensors, scalars, Tables);
        else
            _judge!.Launch(Device.Ilgpu.Stream, ConfigOf(parts), _firstPart[first], parts, first, tensors, scalars, Tables);
        Device.CountLaunches(1);
        _readback.Queue(_result);
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Await() => MemoryMarshal.Cast<int, float>(_readback.Await());

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (SquaresLaunch launch in _launches)
            launch.Dispose();
        _extents.Dispose();
        _takesPart.Dispose();
        _parts.Dispose();
        _partsDone.Dispose();
        _sums.Dispose();
        _totals.Dispose();
        _result.Dispose();
        _readback.Dispose();
    }

    /// <inheritdoc/>
    protected override void Forget(int launch) => _launches[launch].Begin();

    /// <inheritdoc/>
    protected override void TakePart(int launch, int index) => _launches[launch].TakePart(index, 0);

    /// <inheritdoc/>
    protected override void MoveGradient(int launch, int index) => _launches[launch].MoveGradient(index);

    /// <inheritdoc/>
    protected override void Prepare(int launch, LaunchRange range)
    {
        _launches[launch].Prepare(range);
        _judge?.Start();
    }

    private JudgeTables Tables => new()
    {
        Tensors = _extents.View.Cast<int>(),
        TakesPart = _takesPart.View,
        Parts = _parts.View.Cast<int>(),
        PartsDone = _partsDone.View,
        Sums = _sums.View,
        Totals = _totals.View,
        Result = _result.View,
    };

    private TensorExtent ExtentOf(int number, int[] firstTileOf)
    {
        (int launch, int index) = PlaceOf(number);
        TensorExtent extent = Memories[launch].Extents[index];
        return extent with { FirstTile = extent.FirstTile + firstTileOf[launch] };
    }

    /// <summary>On CUDA a group for each part; elsewhere one for all, since groups do not see what others write.</summary>
    private KernelConfig ConfigOf(int parts) => new(
        Device.Shape == KernelShape.Quad ? Math.Max(1, parts) : 1,
        // A processor does one after the other what is between two barriers: several threads of a group are of no use to it.
        Device.IsProcessor ? 1 : TreeSum.BlockLength);

    private void UploadParticipants()
    {
        int first = Count;
        int end = 0;
        for (int number = 0; number < Count; number++)
        {
            int takesPart = TakesPart[number] ? 1 : 0;
            if (_uploaded[number] == takesPart)
                continue;
            _uploaded[number] = takesPart;
            (first, end) = (Math.Min(first, number), number + 1);
        }

        if (first < end)
            _takesPart.Upload(_uploaded.AsSpan(first, end - first), first);
    }
}
