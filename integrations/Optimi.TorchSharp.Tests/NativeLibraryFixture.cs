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
            // What TorchSharp says goes on for pages.
            string cause = (error.InnerException ?? error).Message.Split('\n')[0];
            return $"libtorch does not load; it needs the C++ library of Debian 13, in which .ci/torchsharp runs these tests. {cause}";
        }
#else
        return "Built without libtorch; .ci/torchsharp builds with it, by -p:LibTorch=true, and runs these tests in a Debian 13 root.";
#endif
    }
}
