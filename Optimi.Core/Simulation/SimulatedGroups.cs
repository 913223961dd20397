using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace Optimi;

/// <summary>Runs the groups of simulated launches, on as many threads as the device may use.</summary>
internal sealed class SimulatedGroups : IDisposable
{
    private readonly ComputeDevice _device;
    private readonly ThreadLocal<MemoryBuffer> _shared;
    private readonly ParallelWork _work;
    private Action<int> _runGroup = _ => { };
    private int _first;
    private int _count;
    private int _parts;

    /// <param name="device">The device.</param>
    /// <param name="sharedBytes">The most memory that a group shares.</param>
    public SimulatedGroups(ComputeDevice device, int sharedBytes)
    {
        _device = device;
        _shared = new(() => CPUMemoryBuffer.Create(device.Ilgpu.Accelerator, sharedBytes, sizeof(byte)), trackAllValues: true);
        _work = new ParallelWork(RunPart);
    }

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

    /// <summary>Memory that the group in hand shares. It holds what the thread's last group has left.</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="offset">Where it begins, in bytes.</param>
    /// <param name="length">How many elements.</param>
    public ArrayView<T> SharedMemory<T>(int offset, int length)
        where T : unmanaged => _shared.Value!.AsArrayView<byte>(offset, length * Interop.SizeOf<T>()).Cast<T>();

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
