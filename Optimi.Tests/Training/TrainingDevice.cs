using Optimi.Bench;

namespace Optimi.Tests;

/// <summary>Devices whose contexts have what the example's kernels need.</summary>
internal static class TrainingDevice
{
    /// <summary>The host, OpenCL, and CUDA where there is one.</summary>
    public static IEnumerable<string> Names =>
        TestDevice.All.Select(device => device.Name).Where(name => name is "opencl" or "cuda").Prepend("cpu");

    /// <summary>Opens a device, or skips the test and says why there is none.</summary>
    public static ComputeDevice Open(string name)
    {
        try
        {
            return ComputeDevice.Open(name, DeviceModel.Options);
        }
        catch (DeviceException error) when (Environment.GetEnvironmentVariable("OPTIMI_REQUIRE_OPENCL") != "1")
        {
            Assert.Ignore($"No OpenCL device: {error.Message}");
            throw;
        }
    }
}
