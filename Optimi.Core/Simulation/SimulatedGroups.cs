using Optimi.Kernels;

namespace Optimi;

/// <summary>Runs the groups of simulated launches, on as many threads as the device may use.</summary>
internal sealed class SimulatedGroups : IDisposable
{
    private const int NumberBytes = TreeSum.NumbersAtOnce * sizeof(float);

    /// <summary>A multiple of 8, so that two words can be written as one in every part.</summary>
    private const int PartBytes = NumberBytes + sizeof(long);

    private readonly ComputeDevice _device;
    private readonly HostAllocation _shared;
    private readonly ParallelWork _work;
    private readonly HostBuffer _view;
    private Action<int, SharedNumbers> _runGroup = (_, _) => { };
    private int _first;
    private int _count;
    private int _parts;

    /// <param name="device">The device.</param>
    /// <exception cref="DeviceException">The host has no memory left.</exception>
    public SimulatedGroups(ComputeDevice device)
    {
        const int Bytes = ParallelWork.MaxParts * PartBytes;
        _device = device;
        _shared = device.Allocator.AllocateHost(Bytes);
        _view = new HostBuffer(_shared, Bytes, sizeof(byte));
        _work = new ParallelWork(RunPart);
    }

    /// <summary>Runs groups, and returns when all are done.</summary>
    /// <param name="runGroup">Runs the group of a number, with memory that it shares: it may hold anything.</param>
    /// <param name="first">The first group's number.</param>
    /// <param name="count">How many groups.</param>
    public void Run(Action<int, SharedNumbers> runGroup, int first, int count)
    {
        (_runGroup, _first, _count) = (runGroup, first, count);
        _parts = Math.Min(count, ParallelWork.MaxParts);
        _work.Run(_parts, _device.Threads);
    }

    public void Dispose()
    {
        _view.Dispose();
        _device.Allocator.Free(_shared);
    }

    private void RunPart(int part)
    {
        // A part's groups run one after the other, so that they can have the same memory.
        var shared = new SharedNumbers(
            _view.AsArrayView<byte>(part * PartBytes, NumberBytes).Cast<ScalarLane>(),
            _view.AsArrayView<byte>((part * PartBytes) + NumberBytes, sizeof(int)).Cast<int>());
        int end = _first + (int)((long)_count * (part + 1) / _parts);
        for (int group = _first + (int)((long)_count * part / _parts); group < end; group++)
            _runGroup(group, shared);
    }
}
