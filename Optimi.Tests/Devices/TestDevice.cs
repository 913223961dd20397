namespace Optimi.Tests;

/// <summary>A device as a row of test data: everything that runs update rules here, each host register by itself.</summary>
internal sealed class TestDevice
{
    private readonly Func<ComputeDevice> _open;

    private TestDevice(string name, Func<ComputeDevice> open)
    {
        Name = name;
        _open = open;
    }

    /// <summary>What the row is called in test names.</summary>
    public string Name { get; }

    /// <summary>The host on each of its registers, both kernels on the simulation, OpenCL, and CUDA where there is one.</summary>
    public static IEnumerable<TestDevice> All =>
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
    public static IEnumerable<TestDevice> AllShapes => [.. All, new("opencl-gpu", () => OpenOpenCL(isProcessor: false))];

    /// <summary>One of each kind: for tests in which the register does not matter.</summary>
    public static IEnumerable<TestDevice> Kinds =>
        All.Where(device => device.Name == $"cpu-{HostLanes.Widest.Name}" || !device.Name.StartsWith("cpu-Vector", StringComparison.Ordinal))
            .Where(device => device.Name is not "cpu-ScalarLane");

    /// <summary>Opens it, or skips the test and says why.</summary>
    public ComputeDevice Open() => _open();

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
