using System.Globalization;
using Optimi;
using Optimi.Tests;

[assembly: Parallelizable(ParallelScope.Fixtures)]

/// <summary>
/// What holds for the whole run, and so stands outside of all namespaces: shared devices are closed at its end, no kernels of earlier runs are found, and numbers are written
/// with a decimal comma and a minus sign of their own wherever the library does not say otherwise, as on the machines of many users.
/// </summary>
[SetUpFixture]
internal sealed class SharedDevices
{
    [OneTimeSetUp]
    public void CompileAnew() => KernelCache.Directory = null;

    [OneTimeSetUp]
    public void WriteNumbersInAnotherWay()
    {
        // The library is tested without the cultures of an operating system, so this one is made by hand.
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NumberGroupSeparator) = (",", ".");
        culture.NumberFormat.NegativeSign = "\u2212";
        CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = culture;
    }

    [OneTimeTearDown]
    public void Close() => TestDevice.CloseShared();
}
