using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>All optimizers, on all storage types and all devices, with every kind of weight decay.</summary>
internal sealed class EveryOptimizerTests
{
    private static IEnumerable<TestCaseData> Cases =>
        from device in TestDevice.All
        from optimizer in TestOptimizer.All
        from variant in TestOptimizer.Variants
        select new TestCaseData(device, optimizer, variant.DType, variant.Kahan, variant.States).LongIf(
            // Where each takes kernels of its own, the reference cases have the others.
            device.Name == "opencl" && variant is not (DType.BFloat16, true, null));

    [TestCaseSource(nameof(Cases))]
    public void Bits_are_the_same_on_every_device(
        TestDevice row, TestOptimizer optimizer, DType dtype, bool kahan, DType? states)
    {
        ComputeDevice device = row.Shared;
        using ComputeDevice reference = DeviceFinder.OpenHost(DeviceKind.Host, typeof(ScalarLane));
        Assert.Multiple(() =>
        {
            foreach (OptimizerOptions options in optimizer.Decays)
                Assert.That(Run(device, options).AsSpan().SequenceEqual(Run(reference, options)), Is.True, $"{options}");
        });

        uint[] Run(ComputeDevice on, OptimizerOptions options) => TestTraining.Run(
            on, dtype, parameters => (optimizer with { Options = options }).Over(parameters, kahan, states));
    }
}
