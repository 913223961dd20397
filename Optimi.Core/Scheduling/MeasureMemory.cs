using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// What a step in two passes needs on an ILGPU device beside its launch's own tables, and the launch between the passes that
/// turns one into the other.
/// </summary>
internal sealed class MeasureMemory<TRule, TApply> : IDisposable
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
{
    private readonly ComputeDevice _device;
    private readonly DeviceArray<TensorExtent> _extents;
    private readonly DeviceArray<ScalarLane> _sums;
    private readonly DeviceArray<FinishPart> _parts;
    private readonly DeviceArray<int> _partsDone;
    private readonly DeviceArray<TensorStep> _steps;
    private readonly DeviceArray<Row<ScalarLane, TRule, TApply>> _rows;

    /// <summary>For each tensor the number of its first part, and one past the last part of all.</summary>
    private readonly int[] _firstPart;

    private readonly PendingKernel<Action<
        AcceleratorStream,
        KernelConfig,
        int,
        LaunchTables<Row<ScalarLane, TRule, TApply>>,
        MeasureTables,
        FinishTables,
        LaunchTables<Row<ScalarLane, TRule, TApply>>>>? _finish;

    private readonly SimulatedFinish<TRule, TApply>? _simulation;

    public MeasureMemory(LaunchMemory memory)
    {
        _device = memory.Device;
        Allocator allocator = _device.Allocator;
        using var transaction = new Transaction();
        _extents = transaction.Add(allocator.Allocate(memory.Extents));
        _sums = transaction.Add(allocator.Allocate<ScalarLane>(memory.TileCount));
        bool sharesTensors = _device.Shape == KernelShape.Quad;
        FinishPart[] parts = FinishPart.Of(
            memory.Extents, sharesTensors ? CountedParts.BlocksPerPart : WholeTensors.BlocksPerPart);
        _firstPart = FinishPart.FirstOf(parts, memory.Extents.Length);
        _parts = transaction.Add(allocator.Allocate(parts));
        _partsDone = transaction.Add(allocator.Allocate(new int[memory.Extents.Length]));
        _steps = transaction.Add(allocator.Allocate(Enumerable.Repeat(TensorStep.None, memory.Extents.Length + 1).ToArray()));
        _rows = transaction.Add(allocator.Allocate<Row<ScalarLane, TRule, TApply>>(memory.Extents.Length));
        if (_device.Groups is SimulatedGroups groups)
        {
            _simulation = new SimulatedFinish<TRule, TApply>(groups, sharesTensors);
            transaction.Commit();
            return;
        }

        _finish = _device.Kernels.Get<Action<
            AcceleratorStream,
            KernelConfig,
            int,
            LaunchTables<Row<ScalarLane, TRule, TApply>>,
            MeasureTables,
            FinishTables,
            LaunchTables<Row<ScalarLane, TRule, TApply>>>>(
            sharesTensors ? FinishKernel<TRule, TApply, CountedParts>.Run : FinishKernel<TRule, TApply, WholeTensors>.Run);
        Pending = [_finish];
        transaction.Commit();
    }

    /// <summary>Those kernels that a compiler has to make first.</summary>
    public IPendingKernel[] Pending { get; } = [];

    /// <summary>Where the first pass puts its sums.</summary>
    public MeasureTables Tables => new()
    {
        Tensors = _extents.View.Cast<int>(),
        Sums = _sums.View,
    };

    /// <summary>Queues the launch between the passes.</summary>
    /// <param name="range">The tensors.</param>
    /// <param name="first">The tables of the first pass.</param>
    public void Finish(LaunchRange range, LaunchTables<Row<ScalarLane, TRule, TApply>> first)
    {
        LaunchTables<Row<ScalarLane, TRule, TApply>> second = SecondOf(first);
        int firstPart = _firstPart[range.FirstTensor];
        int parts = _firstPart[range.FirstTensor + range.TensorCount] - firstPart;
        var finish = new FinishTables { Parts = _parts.View.Cast<int>(), PartsDone = _partsDone.View };
        if (_simulation is not null)
        {
            _simulation.Run(firstPart, parts, first, Tables, finish, second);
            return;
        }

        _finish!.Launch(
            _device.Ilgpu.Stream,
            new KernelConfig(
                parts,
                // A processor does one after the other what is between two barriers: several threads of a group are of no use to it.
                _device.IsProcessor ? 1 : TreeSum.BlockLength),
            firstPart,
            first,
            Tables,
            finish,
            second);
    }

    /// <summary>The tables of the second pass.</summary>
    /// <param name="first">Those of the first.</param>
    public LaunchTables<Row<ScalarLane, TRule, TApply>> SecondOf(LaunchTables<Row<ScalarLane, TRule, TApply>> first) =>
        first with { Steps = _steps.View.Cast<int>(), Rows = _rows.View };

    public void Dispose()
    {
        _extents.Dispose();
        _sums.Dispose();
        _parts.Dispose();
        _partsDone.Dispose();
        _steps.Dispose();
        _rows.Dispose();
    }
}
