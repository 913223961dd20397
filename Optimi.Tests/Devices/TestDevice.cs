namespace Optimi.Tests;

/// <summary>A device as a row of test data: everything that runs update rules here, each host register by itself.</summary>
internal sealed class TestDevice
{
    private static readonly Dictionary<string, ComputeDevice> _shared = [];

    private readonly Func<ComputeDevice> _open;

    private TestDevice(string name, Func<ComputeDevice> open)
    {
        Name = name;
        _open = open;
    }

    /// <summary>What the row is called in test names.</summary>
    public string Name { get; }

    /// <summary>Whether it is of OpenCL, where each kernel takes long to compile.</summary>
    public bool IsOpenCL => Name.StartsWith("opencl", StringComparison.Ordinal);

    /// <summary>The host on each of its registers, both kernels on the simulation, OpenCL, and CUDA where there is one.</summary>
    public static IReadOnlyList<TestDevice> All { get; } =
    [
        .. HostLanes.All.Select(lane => new TestDevice(
            $"cpu-{lane.Name}", () => DeviceFinder.OpenHost(DeviceKind.Host, lane))),
        new("cpu-simulated", () => ComputeDevice.Open("cpu-simulated")),
        new("cpu-simulated-quads", () => DeviceFinder.OpenHost(DeviceKind.Simulated, shape: KernelShape.Quad)),
        new("opencl", () => OpenOpenCL()),
        .. ComputeDevice.List().Any(device => device is { Kind: DeviceKind.Cuda, Problem: null })
            ? [new TestDevice("cuda", () => ComputeDevice.Open("cuda"))]
            : Array.Empty<TestDevice>(),
    ];

    /// <summary>All, and OpenCL with the kernels that it runs on GPUs.</summary>
    public static IReadOnlyList<TestDevice> AllShapes { get; } = [.. All, new("opencl-gpu", () => OpenOpenCL(isProcessor: false))];

    /// <summary>One of each kind: for tests in which the register does not matter.</summary>
    public static IEnumerable<TestDevice> Kinds =>
        All.Where(device => device.Name == $"cpu-{HostLanes.Widest.Name}" || !device.Name.StartsWith("cpu-Vector", StringComparison.Ordinal))
            .Where(device => device.Name is not "cpu-ScalarLane");

    /// <summary>The one device that all tests share, so that each kernel is compiled once. Skips the test and says why where there is
    /// none.</summary>
    public ComputeDevice Shared
    {
        get
        {
            lock (_shared)
            {
                if (!_shared.TryGetValue(Name, out ComputeDevice? device))
                    _shared.Add(Name, device = _open());
                return device;
            }
        }
    }

    /// <summary>Opens a device for one test alone, or skips the test and says why.</summary>
    public ComputeDevice Open() => _open();

    /// <summary>Waits until no shared device compiles anything.</summary>
    public static void AwaitCompilers()
    {
        foreach (ComputeDevice device in _shared.Values)
            device.Kernels.AwaitCompiler();
    }

    /// <summary>Closes the shared devices.</summary>
    public static void CloseShared()
    {
        foreach (ComputeDevice device in _shared.Values)
            device.Dispose();
        _shared.Clear();
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static ComputeDevice OpenOpenCL(bool? isProcessor = null)
    {
        try
        {
            ComputeDevice device = ComputeDevice.Open("opencl");
            device.IsProcessor = isProcessor ?? device.IsProcessor;
            return device;
        }
        catch (DeviceException error) when (Environment.GetEnvironmentVariable("OPTIMI_REQUIRE_OPENCL") != "1")
        {
            Assert.Ignore($"No OpenCL device: {error.Message}");
            throw;
        }
    }
}
