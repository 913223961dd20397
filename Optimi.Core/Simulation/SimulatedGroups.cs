using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Optimi.Kernels;

namespace Optimi;

/// <summary>Runs the groups of simulated launches, on as many threads as the device may use.</summary>
internal sealed class SimulatedGroups : IDisposable
{
    private const int NumberBytes = TreeSum.NumbersAtOnce * sizeof(float);

    private readonly ComputeDevice _device;
    private readonly ThreadLocal<MemoryBuffer> _shared;
    private readonly ParallelWork _work;
    private Action<int> _runGroup = _ => { };
    private int _first;
    private int _count;
    private int _parts;

    /// <param name="device">The device.</param>
    public SimulatedGroups(ComputeDevice device)
    {
        _device = device;
        _shared = new(() => CPUMemoryBuffer.Create(device.Ilgpu.Accelerator, NumberBytes + sizeof(int), sizeof(byte)), trackAllValues: true);
        _work = new ParallelWork(RunPart);
    }

    /// <summary>Numbers that the group in hand shares: as many as any does. They are what the thread's last group has left.</summary>
    public ArrayView<ScalarLane> SharedNumbers => _shared.Value!.AsArrayView<byte>(0, NumberBytes).Cast<ScalarLane>();

    /// <summary>A count that the group in hand shares.</summary>
    public ArrayView<int> SharedCount => _shared.Value!.AsArrayView<byte>(NumberBytes, sizeof(int)).Cast<int>();

    /// <summary>Runs groups, and returns when all are done.</summary>
    /// <param name="runGroup">Runs the group of a number.</param>
    /// <param name="first">The first group's number.</param>
    /// <param name="count">How many groups.</param>
    public void Run(Action<int> runGroup, int first, int count)
    {
        (_runGroup, _first, _count) = (runGroup, first, count);
        _parts = Math.Min(count, ParallelWork.MaxParts);
        _work.Run(_parts, _device.Threads);
    }

    public void Dispose()
    {
        foreach (MemoryBuffer buffer in _shared.Values)
            buffer.Dispose();
        _shared.Dispose();
    }

    private void RunPart(int part)
    {
        int end = _first + (int)((long)_count * (part + 1) / _parts);
        for (int group = _first + (int)((long)_count * part / _parts); group < end; group++)
            _runGroup(group);
    }
}
