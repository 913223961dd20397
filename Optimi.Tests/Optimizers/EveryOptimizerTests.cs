using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>All optimizers, on all storage types and all devices.</summary>
internal sealed class EveryOptimizerTests
{
    private static IEnumerable<TestCaseData> Cases =>
        from device in TestDevice.All
        from optimizer in TestOptimizer.All
        from variant in TestOptimizer.Variants
        select new TestCaseData(device, optimizer, variant.DType, variant.Kahan, variant.States);

    [TestCaseSource(nameof(Cases))]
    public void Bits_are_the_same_on_every_device(
        TestDevice row, TestOptimizer optimizer, DType dtype, bool kahan, DType? states)
    {
        using ComputeDevice device = row.Open();
        using ComputeDevice reference = DeviceFinder.OpenHost(DeviceKind.Host, typeof(ScalarLane));
        uint[] actual = TestTraining.Run(device, dtype, parameters => optimizer.Over(parameters, kahan, states));
        Assert.That(
            actual.AsSpan().SequenceEqual(
                TestTraining.Run(reference, dtype, parameters => optimizer.Over(parameters, kahan, states))),
            Is.True);
    }
}
