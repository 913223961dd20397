using Optimi;

namespace Snippets;

/// <summary>The code of the page on other libraries on a CUDA device.</summary>
internal sealed class CudaSnippets
{
    [Test]
    public void Share_the_primary_context()
    {
        if (!ComputeDevice.List().Any(found => found is { Kind: DeviceKind.Cuda, Problem: null }))
            Assert.Ignore("There is no CUDA device.");
        nint stream = 0;

        var options = new DeviceOptions { SharePrimaryContext = true, Stream = stream };
        using ComputeDevice device = ComputeDevice.Open("cuda", options);

        Assert.That(device.Kind, Is.EqualTo(DeviceKind.Cuda));
    }
}
