using FusedTests;

/// <summary>Skips the tests where libtorch is not there, with the reason; fails instead if <c>OPTIMI_REQUIRE_TORCH</c> is set.</summary>
[SetUpFixture]
internal sealed class NativeLibraryFixture
{
    [OneTimeSetUp]
    public void Find()
    {
        string? reason = WhyNot();
        if (reason is null)
            return;
        if (Environment.GetEnvironmentVariable("OPTIMI_REQUIRE_TORCH") == "1")
            Assert.Fail(reason);
        Assert.Ignore(reason);
    }

    private static string? WhyNot()
    {
#if LIBTORCH
        try
        {
            using Tensor tensor = zeros(1);
            return null;
        }
        catch (Exception error)
        {
            return "libtorch does not load; it needs the C++ library of Debian 13, where .ci/torchsharp runs these tests. "
                + TestText.Shortened(error.InnerException?.Message ?? error.Message);
        }
#else
        return "Built without libtorch; .ci/torchsharp builds with it, by -p:LibTorch=true, and runs these tests in a Debian 13 root.";
#endif
    }
}
