[assembly: Parallelizable(ParallelScope.Fixtures)]

namespace Optimi.Tests;

/// <summary>What holds for the whole run: shared devices are closed at its end, and no kernels of earlier runs are found.</summary>
[SetUpFixture]
internal sealed class SharedDevices
{
    [OneTimeSetUp]
    public void CompileAnew() => KernelCache.Directory = null;

    [OneTimeTearDown]
    public void Close() => TestDevice.CloseShared();
}
