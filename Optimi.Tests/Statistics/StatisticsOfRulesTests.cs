using Optimi.Kernels;
using Snippets;

namespace Optimi.Tests;

/// <summary>Statistics of every optimizer, and of rules of users.</summary>
internal sealed class StatisticsOfRulesTests
{
    private const int Length = 300;

    private static IEnumerable<TestCaseData> Cases =>
        from optimizer in TestOptimizer.All
        from variant in TestOptimizer.AllVariants
        select new TestCaseData(optimizer, variant.DType, variant.Kahan, variant.States);

    private static IEnumerable<TestCaseData> CasesWithoutKahan =>
        from optimizer in TestOptimizer.All
        from variant in TestOptimizer.AllVariants
        where !variant.Kahan
        select new TestCaseData(optimizer, variant.DType, variant.States);

    private static IEnumerable<TestCaseData> CasesOnDevices =>
        from device in TestDevice.Kinds
        from optimizer in TestOptimizer.All
            // PoCL compiles each of these kernels for the first time here.
        where device.Name != "opencl" || optimizer.Name == "adamw"
        from variant in (IEnumerable<(DType, bool)>)[(DType.Float32, false), (DType.BFloat16, true)]
        select new TestCaseData(device, optimizer, variant.Item1, variant.Item2);

    private static readonly Dictionary<string, Func<IEnumerable<Parameter>, Optimizer>> _ofUsers = new()
    {
        ["sign momentum"] = parameters => new Optimizer<SignMomentumRule<ScalarLane>>(
            parameters, new SignMomentumOptions { Lr = 1e-3, WeightDecay = 0.1 }),
        ["four states"] = parameters => new Optimizer<FourStateRule<ScalarLane>>(parameters, new FourStateOptions { Lr = 1e-3 }),
        ["states from the first gradient"] = parameters => new Optimizer<BeginningRule<ScalarLane>>(
            parameters, new BeginningOptions { Lr = 1e-3 }),
    };

    [TestCaseSource(nameof(CasesOnDevices))]
    public void A_step_with_statistics_has_the_bits_of_one_without(TestDevice row, TestOptimizer optimizer, DType dtype, bool kahan)
    {
        uint[] expected = Run(null);
        Assert.That(Run(stepped => stepped.StepWithStatistics()), Is.EqualTo(expected));

        uint[] Run(Action<Optimizer>? step) =>
            TestTraining.Run(row.Shared, dtype, parameters => optimizer.Over(parameters, kahan, states: null), step: step);
    }

    /// <summary>The first step, with all kinds of weight decay.</summary>
    [TestCaseSource(nameof(Cases))]
    public void Updates_are_those_of_the_papers(TestOptimizer optimizer, DType dtype, bool kahan, DType? states)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        foreach (OptimizerOptions decay in optimizer.Decays)
        {
            using var parameters = new ParameterBuffer(device);
            Parameter parameter = Add(parameters, dtype);
            parameter.Gradient.CopyFrom(Draw(1));
            float[] values = TestTraining.Numbers(parameter.Value);
            OptimizerOptions options = decay with { Kahan = kahan, StateDType = states };
            using Optimizer created = optimizer.Create(new ParameterGroup(parameters, options));
            PlainReference[] reference = [.. values.Select(value => new PlainReference(options, value))];
            PlainReference.Step(reference, TestTraining.Numbers(parameter.Gradient));
            double[] updates = [.. reference.Zip(values, (number, value) => number.Parameter - value)];
            StepStatistics statistics = created.StepWithStatistics();
            // StableAdamW reads its moments as they were rounded.
            double percent = optimizer.Measures && (states ?? dtype) != DType.Float32 ? 1 : 0.01;
            int roundedAway = StatisticsReference.RoundedAway(values, updates, dtype);
            Assert.Multiple(() =>
            {
                Assert.That(statistics.UpdateNorm, Is.EqualTo(StatisticsReference.Norm(updates)).Within(percent).Percent, $"{options}");
                Assert.That(statistics.RoundedAway, Is.EqualTo(roundedAway).Within(percent > 0.01 ? 3 : 0), $"{options}");
            });
        }
    }

    /// <summary>Float32 updates of ordinary size, as the values show them.</summary>
    [TestCaseSource(typeof(TestOptimizer), nameof(TestOptimizer.All))]
    public void Updates_are_those_that_are_made(TestOptimizer optimizer) =>
        CompareWithValues(parameters => optimizer.Over(parameters, kahan: false, states: null));

    [TestCaseSource(nameof(OfUsers))]
    public void Updates_of_a_rule_of_a_user_are_those_that_are_made(string rule) => CompareWithValues(_ofUsers[rule]);

    /// <summary>Without Kahan summation an update is rounded away where the stored number stays what it was.</summary>
    [TestCaseSource(nameof(CasesWithoutKahan))]
    public void What_is_rounded_away_stays_as_it_was(TestOptimizer optimizer, DType dtype, DType? states)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = Add(parameters, dtype);
        using Optimizer created = optimizer.Over(parameters, kahan: false, states);
        for (int step = 1; step <= 6; step++)
        {
            parameter.Gradient.CopyFrom(Draw(step));
            float[] before = TestTraining.Numbers(parameter.Value);
            StepStatistics statistics = created.StepWithStatistics();
            int changed = TestTraining.Numbers(parameter.Value).Zip(before).Count(pair => pair.First != pair.Second);
            // A float32 register rounds the decayed number before the update is added to it.
            Assert.That(statistics.Updated - statistics.RoundedAway, Is.EqualTo(changed).Within(dtype == DType.Float32 ? 2 : 0));
        }
    }

    /// <summary>Slow weights pull at the whole number, compensation included, by more than the update is.</summary>
    [TestCase(DType.BFloat16)]
    [TestCase(DType.Float16)]
    public void Slow_weights_meet_the_whole_number(DType dtype)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = Add(parameters, dtype);
        using var optimizer = new Ranger(parameters, new RangerOptions { Lr = 1e-3, Interval = 2 });
        TensorStorage compensation = optimizer.State(parameter, "kahan_comp");
        for (int step = 1; step <= 10; step++)
        {
            parameter.Gradient.CopyFrom(Draw(step));
            double[] before = Whole();
            StepStatistics statistics = optimizer.StepWithStatistics();
            double norm = StatisticsReference.Norm(Whole().Zip(before, (after, number) => after - number));
            // What is seen of the update is rounded as the compensation is: to eight bits of that in bfloat16.
            double rounding = StatisticsReference.Norm(TestTraining.Numbers(compensation).Select(lost => (double)lost)) / 512;
            Assert.That(statistics.UpdateNorm, Is.EqualTo(norm).Within((norm / 1000) + rounding), $"step {step}");
        }

        double[] Whole() =>
            [.. TestTraining.Numbers(parameter.Value).Zip(TestTraining.Numbers(compensation), (number, lost) => (double)number + lost)];
    }

    /// <summary>More numbers than are stepped at a time, the mean of which divides the second step's rate.</summary>
    [TestCase("adamw")]
    [TestCase("stableadamw")]
    public void A_large_tensor_is_looked_at_in_parts(string name)
    {
        const int Many = (1 << 20) + (1 << 16) + 300;
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.Float32, Many);
        parameter.Value.CopyFrom(TestTraining.Numbers(new Random(1), Many));
        using Optimizer optimizer = TestOptimizer.All.First(row => row.Name == name).Over(parameters, kahan: false, states: null);
        float[] gradient = TestTraining.Numbers(new Random(2), Many);
        foreach (float factor in (float[])[1, 10])
        {
            parameter.Gradient.CopyFrom([.. gradient.Select(number => number * factor)]);
            Compare(optimizer, parameter);
        }
    }

    private static IEnumerable<string> OfUsers => _ofUsers.Keys;

    private static void CompareWithValues(Func<IEnumerable<Parameter>, Optimizer> create)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = Add(parameters, DType.Float32);
        using Optimizer optimizer = create(parameters);
        double norm = 0;
        for (int step = 1; step <= 6; step++)
        {
            parameter.Gradient.CopyFrom(Draw(step));
            norm = Compare(optimizer, parameter);
        }

        Assert.That(norm, Is.Positive);
    }

    /// <returns>The norm of the step's update.</returns>
    private static double Compare(Optimizer optimizer, Parameter parameter)
    {
        float[] before = TestTraining.Numbers(parameter.Value);
        StepStatistics statistics = optimizer.StepWithStatistics();
        double norm = StatisticsReference.Norm(TestTraining.Numbers(parameter.Value).Zip(before, (after, number) => (double)after - number));
        Assert.That(statistics.UpdateNorm, Is.EqualTo(norm).Within(0.05).Percent);
        return norm;
    }

    private static Parameter Add(ParameterBuffer parameters, DType dtype)
    {
        Parameter parameter = parameters.Add("p", dtype, Length);
        parameter.Value.CopyFrom(Draw(0));
        return parameter;
    }

    /// <summary>Numbers of either sign and of sizes from 1/16 to 4.</summary>
    private static float[] Draw(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Length).Select(_ => (random.Next(2) - 0.5f) * (float)Math.Pow(2, (random.NextDouble() * 6) - 3))];
    }
}
