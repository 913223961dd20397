using Optimi.Bench;

namespace Optimi.Tests;

internal sealed class TrafficTests
{
    private ComputeDevice _device = null!;

    [OneTimeSetUp]
    public void Open() => _device = ComputeDevice.Open("cpu");

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    [TestCase("sgd", 20, 10, 14)]
    [TestCase("adam", 28, 14, 18)]
    [TestCase("adamw", 28, 14, 18)]
    [TestCase("adan", 44, 22, 26)]
    [TestCase("lion", 20, 10, 14)]
    [TestCase("radam", 28, 14, 18)]
    [TestCase("ranger", 36, 18, 26)]
    [TestCase("stableadamw", 36, 18, 22)]
    public void A_step_moves_the_gradient_once_and_all_else_twice(string optimizer, int float32, int low, int compensated)
    {
        BenchOptimizer row = BenchOptimizer.All.Single(row => row.Name == optimizer);
        Assert.That(
            Variant.Storages.Select(storage => Bytes(row, storage.DType, storage.Kahan)),
            Is.EqualTo((int[])[float32, low, compensated, low, compensated]));
    }

    /// <summary>Such as the rule that bounds its update by a sum over the whole tensor.</summary>
    [TestCase(DType.Float32, false, 36)]
    [TestCase(DType.BFloat16, false, 18)]
    [TestCase(DType.BFloat16, true, 22)]
    public void What_two_passes_touch_is_moved_in_both(DType dtype, bool kahan, int bytes)
    {
        BenchOptimizer row = BenchOptimizer.All.Single(row => row.Name == "adamw") with
        {
            Passes =
            [
                new TrafficPass(["gradient"], ["exp_avg", "exp_avg_sq"]),
                new TrafficPass(["exp_avg", "exp_avg_sq"], ["value", "kahan_comp"]),
            ],
        };
        Assert.That(Bytes(row, dtype, kahan), Is.EqualTo(bytes));
    }

    [Test]
    public void Nothing_that_an_optimizer_keeps_is_forgotten()
    {
        foreach (BenchOptimizer row in BenchOptimizer.All)
        {
            foreach ((DType dtype, bool kahan) in Variant.Storages)
            {
                using Workload workload = Of(row, dtype, kahan);
                Assert.That(
                    workload.Traffic.Slots.Select(slot => slot.Name),
                    Is.EquivalentTo(workload.Optimizer.StateNames(workload.Parameters[0]).Append("value").Append("gradient")),
                    $"{workload.Variant}");
            }
        }
    }

    private int Bytes(BenchOptimizer row, DType dtype, bool kahan)
    {
        using Workload workload = Of(row, dtype, kahan);
        return workload.Traffic.BytesPerParameter;
    }

    private Workload Of(BenchOptimizer row, DType dtype, bool kahan) => new(_device, new Variant(row, dtype, kahan), [[1]], groups: 1);
}
