using System.Runtime.InteropServices;
using ILGPU;
using Optimi.Kernels;

namespace Optimi;

/// <summary>The tables of a launch in device memory. What has not changed since the last step is not copied again.</summary>
/// <typeparam name="TRow">The scalars of a step.</typeparam>
internal sealed class StepTables<TRow> : IDisposable
    where TRow : unmanaged
{
    private readonly LaunchMemory _memory;
    private readonly DeviceArray<Tile> _tiles;
    private readonly DeviceArray<Tile> _ends;
    private readonly DeviceTable<long>? _movingPlaces;
    private readonly DeviceArray<long>? _places;
    private readonly DeviceTable<TensorStep> _steps;
    private readonly DeviceTable<TRow> _rows;
    private readonly DeviceArray<int> _noVerdict;
    private readonly TensorStep[] _lastSteps;

    /// <param name="memory">What is stepped.</param>
    /// <param name="plan">Its tiles.</param>
    /// <param name="rows">Rows of scalars for which there is to be room.</param>
    /// <exception cref="DeviceException">The device has no memory left.</exception>
    public StepTables(LaunchMemory memory, LaunchPlan plan, int rows)
    {
        _memory = memory;
        ComputeDevice device = memory.Device;
        using var transaction = new Transaction();
        Tile[] tiles = plan.Tiles;
        _tiles = transaction.Add(device.Allocator.Allocate(tiles));
        _ends = transaction.Add(device.Allocator.Allocate(Array.FindAll(tiles, tile => tile.Partial != 0)));
        if (memory.Moves)
            _movingPlaces = transaction.Add(new DeviceTable<long>(device, Places.Length));
        else
            _places = transaction.Add(device.Allocator.Allocate(Places.ToArray()));
        _steps = transaction.Add(new DeviceTable<TensorStep>(device, [.. Enumerable.Repeat(TensorStep.None, memory.Places.Length + 1)]));
        _rows = transaction.Add(new DeviceTable<TRow>(device, rows));
        _noVerdict = transaction.Add(device.Allocator.Allocate([GradientVerdict.None.StoredFactor, GradientVerdict.None.KeepMask]));
        _lastSteps = [.. Enumerable.Repeat(TensorStep.None, memory.Places.Length)];
        transaction.Commit();
    }

    /// <summary>The places as a device's table: ILGPU knows no pointers.</summary>
    private ReadOnlySpan<long> Places => MemoryMarshal.Cast<TensorPlace, long>(_memory.Places);

    /// <summary>Makes room for rows.</summary>
    /// <exception cref="DeviceException">The device has no memory left; the tables stay as they were.</exception>
    public void Reserve(int rows) => _rows.Reserve(rows);

    /// <summary>The tables for a kernel.</summary>
    /// <param name="kind">Which tiles it steps.</param>
    /// <param name="verdict">What was found of the gradients; null if nobody has looked.</param>
    public LaunchTables<TRow> Of(PieceKind kind, ArrayView<int>? verdict) => new()
    {
        Tiles = (kind == PieceKind.CarefulEnds ? _ends : _tiles).View.Cast<int>(),
        Places = (_movingPlaces?.View ?? _places!.View).Cast<int>(),
        Steps = _steps.View.Cast<int>(),
        Rows = _rows.View,
        Verdict = verdict ?? _noVerdict.View,
    };

    /// <summary>Copies what has changed; on other devices than the host the copies are queued.</summary>
    /// <param name="rows">The rows of scalars in use.</param>
    /// <param name="steps">Each tensor's part in the step.</param>
    public void Upload(ReadOnlySpan<TRow> rows, ReadOnlySpan<TensorStep> steps)
    {
        _rows.Upload(rows);
        _movingPlaces?.Upload(Places);
        int first = MemoryMarshal.AsBytes(steps).CommonPrefixLength(MemoryMarshal.AsBytes<TensorStep>(_lastSteps)) / TensorStep.Bytes;
        int end = steps.Length;
        while (end > first && steps[end - 1] == _lastSteps[end - 1])
            end--;
        _steps.Upload(steps[first..end], TensorStep.EntryOf(first));
        steps[first..end].CopyTo(_lastSteps.AsSpan(first));
    }

    public void Dispose()
    {
        _tiles.Dispose();
        _ends.Dispose();
        _movingPlaces?.Dispose();
        _places?.Dispose();
        _steps.Dispose();
        _rows.Dispose();
        _noVerdict.Dispose();
    }
}
