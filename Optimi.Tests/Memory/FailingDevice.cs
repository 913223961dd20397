namespace Optimi.Tests;

/// <summary>Lets a device fail one allocation. Until it is disposed of, nobody else may use the device.</summary>
internal sealed class FailingDevice : IDisposable
{
    private int _failsAt;

    public FailingDevice(ComputeDevice device)
    {
        Device = device;
        LiveAtFirst = device.Allocator.Live;
        device.Allocator.Allocating = _ =>
        {
            if (++Allocations != _failsAt)
                return;
            Failures++;
            throw new InsufficientMemoryException("no memory for this one");
        };
    }

    public ComputeDevice Device { get; }

    /// <summary>How many allocations there were when it was made.</summary>
    public int LiveAtFirst { get; }

    /// <summary>How many there were when <see cref="FailAt"/> was called.</summary>
    public int LiveBefore { get; private set; }

    /// <summary>How many allocations were asked for since <see cref="FailAt"/>.</summary>
    public int Allocations { get; private set; }

    /// <summary>How many of them failed.</summary>
    public int Failures { get; private set; }

    public void Dispose() => Device.Allocator.Allocating = null;

    /// <summary>Counts from now on, and fails the n-th.</summary>
    public void FailAt(int n)
    {
        LiveBefore = Device.Allocator.Live;
        Allocations = Failures = 0;
        _failsAt = n;
    }

    /// <summary>Does something, and once more if it fails, which must leave as many allocations as there were.</summary>
    public void Retry(Action action)
    {
        int live = Device.Allocator.Live;
        try
        {
            action();
        }
        catch (DeviceException error)
        {
            Assert.That(error.Message, Does.Contain("could not allocate").And.Contain("no memory for this one"));
            Assert.That(Device.Allocator.Live, Is.EqualTo(live));
            action();
        }
    }
}
