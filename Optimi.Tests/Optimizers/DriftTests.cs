namespace Optimi.Tests;

/// <summary>Updates far below the parameter's resolution, all in one direction: do they add up?</summary>
internal sealed class DriftTests
{
    private const int Steps = 1000;

    /// <summary>Exact in every storage type, as is its square.</summary>
    private const float Gradient = -1f / 128;

    private static IEnumerable<TestCaseData> Cases =>
        from device in TestDevice.Kinds.Where(device => !device.Name.StartsWith("cpu-simulated", StringComparison.Ordinal))
        from optimizer in TestOptimizer.All
        from dtype in (DType[])[DType.BFloat16, DType.Float16]
        select new TestCaseData(device, optimizer, dtype).LongIf(
            device.Name == "opencl" && optimizer.Name != "adamw");

    [TestCaseSource(nameof(Cases))]
    public void Small_updates_add_up_with_Kahan_summation_and_are_lost_without(
        TestDevice row, TestOptimizer optimizer, DType dtype)
    {
        ComputeDevice device = row.Shared;
        double ulp = dtype == DType.BFloat16 ? Math.Pow(2, -7) : Math.Pow(2, -10);
        double exact = Distance(device, optimizer, DType.Float32, kahan: false, ulp / 10);
        Assert.Multiple(() =>
        {
            Assert.That(exact, Is.GreaterThan(ulp * Steps / 40), "float32 moves");
            Assert.That(Distance(device, optimizer, dtype, kahan: true, ulp / 10), Is.EqualTo(exact).Within(2).Percent);
            Assert.That(Distance(device, optimizer, dtype, kahan: false, ulp / 10), Is.Zero);
        });
    }

    /// <summary>How far a parameter moves from 1.</summary>
    /// <param name="device">The device.</param>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="dtype">The parameter's storage.</param>
    /// <param name="kahan">Whether there is a compensation.</param>
    /// <param name="update">The size of an update once the direction is settled.</param>
    private static double Distance(ComputeDevice device, TestOptimizer optimizer, DType dtype, bool kahan, double update)
    {
        // The direction is 1 where the gradient's size is divided away; in SGD it is the gradient, or with momentum 10 of it.
        double direction = optimizer.Options switch
        {
            SGDOptions { Momentum: 0 } => -Gradient,
            SGDOptions => -10 * Gradient,
            _ => 1,
        };
        OptimizerOptions options = optimizer.Options with
        {
            Lr = update / direction,
            WeightDecay = 0,
            Kahan = kahan,
            // A bfloat16 sum of gradients stops growing 2 to 3 % before its limit; that is the momentum's loss, not the
            // parameter's.
            StateDType = optimizer.Options is SGDOptions { Momentum: > 0 } ? DType.Float32 : null,
        };
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", dtype, 3);
        parameter.Value.Fill(1);
        parameter.Gradient.Fill(Gradient);
        using Optimizer created = optimizer.Create(new ParameterGroup(parameters, options));
        for (int step = 0; step < Steps; step++)
            created.Step();
        var values = new float[3];
        parameter.Value.CopyTo(values);
        Assert.That(values, Is.All.EqualTo(values[0]));
        return values[0] - 1.0;
    }
}
