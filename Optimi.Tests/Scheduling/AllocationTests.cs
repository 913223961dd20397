namespace Optimi.Tests;

/// <summary>What a step costs beside its arithmetic: launches, and no memory at all.</summary>
internal sealed class AllocationTests
{
    private const int Steps = 100;

    private static IEnumerable<TestCaseData> Cases =>
        from device in TestDevice.Kinds.Where(device => !device.Name.StartsWith("cpu-simulated", StringComparison.Ordinal))
        from optimizer in TestOptimizer.All
        select new TestCaseData(device, optimizer);

    [TestCaseSource(nameof(Cases))]
    public void A_step_allocates_nothing_and_is_one_launch_for_each_type(TestDevice row, TestOptimizer optimizer)
    {
        using ComputeDevice device = row.Open();
        using var parameters = new ParameterBuffer(device);
        var random = new Random(1);
        for (int i = 0; i < 20; i++)
            parameters.Add($"{i}", (DType)(i % 2), 10_000).Gradient.CopyFrom(TestTraining.Numbers(random, 10_000));
        using Optimizer created = optimizer.Create(new ParameterGroup(parameters, optimizer.Options));
        Assert.That(Allocations.Of(() => Run(created)), Is.Zero);
        long launches = device.Launches;
        Run(created);
        Assert.That(device.Launches - launches, Is.EqualTo(Steps * (optimizer.Measures ? 6 : 2)));
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
