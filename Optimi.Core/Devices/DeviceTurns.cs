namespace Optimi;

/// <summary>The turn of one thread at several devices: nobody else steps, reads or writes there until it is disposed of, by the same
/// thread.</summary>
internal sealed class DeviceTurns : IDisposable
{
    private readonly Stack<ComputeDevice> _taken = [];

    /// <param name="devices">The devices. They are always taken in one order, so that no two threads wait for each other.</param>
    public DeviceTurns(IEnumerable<ComputeDevice> devices)
    {
        foreach (ComputeDevice device in devices.OrderBy(device => device.Number))
        {
            device.Gate.Enter();
            _taken.Push(device);
        }
    }

    public void Dispose()
    {
        while (_taken.TryPop(out ComputeDevice? device))
            device.Gate.Exit();
    }
}
