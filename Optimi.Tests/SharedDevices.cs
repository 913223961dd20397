using System.Globalization;
using Optimi;
using Optimi.Tests;

[assembly: Parallelizable(ParallelScope.Fixtures)]

/// <summary>
/// What holds for the whole run, and so stands outside of all namespaces: shared devices are closed at its end, no kernels of earlier
/// runs are found, and numbers have a decimal comma and a minus sign of their own wherever the library does not say otherwise, as on the
/// machines of many users.
/// </summary>
[SetUpFixture]
internal sealed class SharedDevices
{
    [OneTimeSetUp]
    public void CompileAnew() => KernelCache.Directory = null;

    [OneTimeSetUp]
    public void WriteNumbersInAnotherWay() =>
        CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = TestCulture.Of(",", ".");

    [OneTimeTearDown]
    public void Close() => TestDevice.CloseShared();
}
