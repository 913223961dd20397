using Optimi.Bench;

namespace Optimi.Tests;

internal sealed class TrafficTests
{
    private ComputeDevice _device = null!;

    [OneTimeSetUp]
    public void Open() => _device = ComputeDevice.Open("cpu");

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    [TestCase("sgd", 20, 10, 14, 14, 10.125, 8.125)]
    [TestCase("adam", 28, 14, 18, 18, 12.25, 10.25)]
    [TestCase("adamw", 28, 14, 18, 18, 12.25, 10.25)]
    [TestCase("adan", 44, 22, 26, 26, 18.375, 16.375)]
    [TestCase("lion", 20, 10, 14, 14, 10.125, 8.125)]
    [TestCase("radam", 28, 14, 18, 18, 12.25, 10.25)]
    [TestCase("ranger", 36, 18, 26, 26, 20.25, 18.25)]
    [TestCase("stableadamw", 36, 18, 22, 22, 14.375, 12.375)]
    public void A_step_moves_the_gradient_once_and_all_else_twice(
        string optimizer, double float32, double low, double compensated, double master, double compressed, double smallest)
    {
        BenchOptimizer row = BenchOptimizer.All.Single(row => row.Name == optimizer);
        Assert.That(
            Variant.Storages.Select(storage => Bytes(row, storage)),
            Is.EqualTo((double[])[float32, low, compensated, low, compensated, master, compressed, smallest]));
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
        Assert.That(Bytes(row, new StorageMode(dtype, kahan)), Is.EqualTo(bytes));
    }

    /// <summary>By the memory that there is: what slots have of a tile of each is what the plan says.</summary>
    [Test]
    public void Nothing_that_an_optimizer_keeps_is_forgotten()
    {
        foreach (BenchOptimizer row in BenchOptimizer.All)
        {
            foreach (StorageMode storage in Variant.Storages)
            {
                using var workload = new Workload(_device, new Variant(row, storage), [[1]], groups: 1);
                IReadOnlyList<string> parts = [.. workload.Optimizer.StoredParts(workload.Parameters[0]).Select(part => part.Name)];
                Assert.Multiple(() =>
                {
                    Assert.That(workload.Traffic.Slots.Sum(slot => slot.TileBytes), Is.EqualTo(workload.MemoryBytes), $"{workload.Variant}");
                    Assert.That(
                        workload.Traffic.Slots.Where(slot => slot.IsPart).Select(slot => slot.Name), Is.EquivalentTo(parts), $"{workload.Variant}");
                });
            }
        }
    }

    private double Bytes(BenchOptimizer row, StorageMode storage)
    {
        using var workload = new Workload(_device, new Variant(row, storage), [[1]], groups: 1);
        return workload.Traffic.BytesPerParameter;
    }
}
