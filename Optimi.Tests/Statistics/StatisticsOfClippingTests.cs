namespace Optimi.Tests;

/// <summary>Statistics of steps whose gradients are unscaled and clipped, or which are skipped.</summary>
internal sealed class StatisticsOfClippingTests
{
    private const float Scale = 1024;

    private static readonly float[] _gradient = [300 * Scale, 400 * Scale, -1200 * Scale];

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Updates_are_those_of_the_clipped_gradients(TestDevice row)
    {
        double[] byNorm = [.. _gradient.Select(number => number / Scale * 13 / 1300)];
        double[] byValue = [.. byNorm.Select(number => Math.Clamp(number, -5, 5))];
        Assert.Multiple(() =>
        {
            Assert.That(Step(row, _gradient, optimizer => optimizer.MaxNorm = 13 * Scale), Is.EqualTo((Scale * 13, 0, 1)).Within(0.01).Percent);
            Assert.That(
                Step(row, _gradient, Clip), Is.EqualTo((StatisticsReference.Norm(byValue), 0, 1)).Within(0.01).Percent);
        });

        static void Clip(Optimizer optimizer)
        {
            optimizer.Scaler = GradientScaler.Fixed(Scale);
            optimizer.MaxNorm = 13;
            optimizer.ClipValue = 5;
        }
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void A_skipped_step_updates_nothing(TestDevice row) => Assert.That(
        Step(row, [1, float.NaN, 1], optimizer => optimizer.SkipNonFinite = true), Is.EqualTo((0.0, 1, 0)));

    [Test]
    public void An_optimizer_of_a_chain_is_refused()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.Float32, 1).Gradient.Fill(1);
        using var optimizer = new SGD(parameters, lr: 1);
        using var chain = new ChainedOptimizer(optimizer);
        Assert.That(() => optimizer.StepWithStatistics(), Throws.TypeOf<OptionException>().With.Message.Contains("call its Step()"));
    }

    /// <summary>Steps twice, without and with statistics, and compares what is left behind.</summary>
    private static (double UpdateNorm, long NonFinite, long Steps) Step(TestDevice row, float[] gradient, Action<Optimizer> set)
    {
        using var parameters = new ParameterBuffer(row.Shared);
        Parameter plain = parameters.Add("plain", DType.Float32, gradient.Length);
        Parameter told = parameters.Add("told", DType.Float32, gradient.Length);
        plain.Gradient.CopyFrom(gradient);
        told.Gradient.CopyFrom(gradient);
        using var expected = new SGD([plain], lr: 1);
        using var optimizer = new SGD([told], lr: 1);
        set(expected);
        set(optimizer);
        expected.Step();
        StepStatistics statistics = optimizer.StepWithStatistics();
        Assert.That(TestTraining.Bits(told.Value), Is.EqualTo(TestTraining.Bits(plain.Value)));
        Assert.That(optimizer.SkippedSteps, Is.EqualTo(expected.SkippedSteps));
        Assert.That(optimizer.GradientNorm, Is.EqualTo(expected.GradientNorm));
        Assert.That(optimizer.Scaler?.Scale, Is.EqualTo(expected.Scaler?.Scale));
        return (statistics.UpdateNorm, statistics.NonFinite, optimizer.StepCount(told));
    }
}
