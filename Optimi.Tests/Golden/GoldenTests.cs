using Optimi.Bench;

namespace Optimi.Tests;

/// <summary>Every reference case on every device, to the last bit.</summary>
[TestFixtureSource(typeof(TestDevice), nameof(TestDevice.AllShapes))]
internal sealed class GoldenTests(TestDevice row)
{
    private const string LeftToTheLongRun = "The long run takes it.";

    private ComputeDevice _device = null!;

    private static IEnumerable<TestCaseData> Cases => Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Golden", "Cases"), "*.safetensors")
        .Order(StringComparer.Ordinal)
        .Select(path => new TestCaseData(path).SetArgDisplayNames(Path.GetFileNameWithoutExtension(path)));

    [OneTimeSetUp]
    public void Open() => _device = row.Shared;

    // OpenCL compiles kernels for each, of which one shape's are enough here, but for one case of each optimizer.
    [TestCaseSource(nameof(Cases))]
    public void Every_number_is_what_the_specification_says(string path)
    {
        if (_device.Kind == DeviceKind.OpenCL && !IsUsual(Path.GetFileName(path)))
            Assert.Ignore(LeftToTheLongRun);
        Check(Replayer.Run(GoldenCase.Read(path), _device));
    }

    [Explicit]
    [Category("Long")]
    [TestCaseSource(nameof(Cases))]
    public void Every_number_is_what_the_specification_says_with_every_shape(string path)
    {
        if (_device.Kind != DeviceKind.OpenCL || IsUsual(Path.GetFileName(path)))
            Assert.Ignore("The usual run takes it.");
        Check(Replayer.Run(GoldenCase.Read(path), _device));
    }

    // A scale of the loss that follows skipped steps has to see all gradients before.
    private static IEnumerable<TestCaseData> CasesForRelease =>
        Cases.Where(test => !IsOfLoop((string)test.Arguments[0]!, "loop_all"));

    [TestCaseSource(nameof(CasesForRelease))]
    public void With_gradient_release_every_number_is_the_same(string path)
    {
        // OpenCL would compile a kernel for each, which is what takes longest here.
        bool isOneOfFew = row.Name == "opencl" && Path.GetFileName(path).StartsWith("adamw_base", StringComparison.Ordinal);
        if (_device.Kind == DeviceKind.OpenCL && !isOneOfFew)
            Assert.Ignore(LeftToTheLongRun);
        Check(Replayer.Run(GoldenCase.Read(path), _device, releases: true));
    }

    [Explicit]
    [Category("Long")]
    [TestCaseSource(nameof(CasesForRelease))]
    public void With_gradient_release_every_number_is_the_same_on_every_device(string path) =>
        Check(Replayer.Run(GoldenCase.Read(path), _device, releases: true));

    /// <summary>Whether the usual run takes a case on OpenCL: in one shape all but those in few bits, of which one has all formats; in the
    /// other one case of each optimizer, in bfloat16.</summary>
    private bool IsUsual(string file)
    {
        if (file.StartsWith("low_", StringComparison.Ordinal))
            return file.StartsWith("low_adan.", StringComparison.Ordinal);
        return row.Name == "opencl" || file.Contains("_base.bfloat16", StringComparison.Ordinal);
    }

    private static bool IsOfLoop(string path, string kind) => Path.GetFileName(path).StartsWith(kind, StringComparison.Ordinal);

    private static void Check(ReplayReport report)
    {
        Assert.Multiple(() =>
        {
            Assert.That(report.Pass, Is.True, report.Reason);
            Assert.That(report.Differ, Is.Zero);
            Assert.That(report.Elements, Is.Positive);
        });
    }
}
