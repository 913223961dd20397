namespace Optimi.Tests;

/// <summary>What a step costs beside its arithmetic: launches, and no memory at all. Of other tests' threads memory would count.</summary>
[NonParallelizable]
internal sealed class AllocationTests
{
    private const int Steps = 100;

    [OneTimeSetUp]
    public void AwaitCompilers() => TestDevice.AwaitCompilers();

    private static IEnumerable<TestCaseData> Cases =>
        from device in TestDevice.Kinds.Where(device => !device.Name.StartsWith("cpu-simulated", StringComparison.Ordinal))
        from optimizer in TestOptimizer.All
        select new TestCaseData(device, optimizer);

    [TestCaseSource(nameof(Cases))]
    public void A_step_allocates_nothing_and_is_one_launch_for_each_type(TestDevice row, TestOptimizer optimizer)
    {
        ComputeDevice device = row.Shared;
        using var parameters = new ParameterBuffer(device);
        var random = new Random(1);
        for (int i = 0; i < 20; i++)
            parameters.Add($"{i}", (DType)(i % 2), 10_000).Gradient.CopyFrom(TestTraining.Numbers(random, 10_000));
        using Optimizer created = optimizer.Create(new ParameterGroup(parameters, optimizer.Options));
        created.PrepareAsync().GetAwaiter().GetResult();
        Assert.That(Allocations.Of(() => Run(created)), Is.Zero);
        long launches = device.Launches;
        Run(created);
        Assert.That(device.Launches - launches, Is.EqualTo(Steps * (optimizer.Measures ? 6 : 2)));
    }

    [Test]
    public void A_function_allocates_nothing()
    {
        var adamW = new AdamWOptions { Lr = 0.01 };
        var stable = new StableAdamWOptions { Lr = 0.01 };
        float[][] slots = [.. Enumerable.Range(0, 4).Select(_ => new float[100_000])];
        TensorSlots[] list = [new(slots[0], slots[1], slots[2], slots[3])];
        Assert.That(Allocations.Of(Run), Is.Zero);

        void Run()
        {
            for (int step = 1; step <= 100; step++)
            {
                Functional.Step(adamW, step, slots[0], slots[1], slots[2], slots[3]);
                Functional.Step(stable, step, list);
            }
        }
    }

    private static void Run(Optimizer optimizer)
    {
        for (int i = 0; i < Steps; i++)
        {
            optimizer.Lr = 1e-6 * (i + 1);
            optimizer.Step();
        }
    }
}
