namespace Optimi.Tests;

/// <summary>Statistics of steps of gradient descent, whose updates are known exactly, on each kind of device.</summary>
internal sealed class StepStatisticsTests
{
    /// <summary>A power of two, so that gradients times the rate are exact.</summary>
    private const double Lr = 1.0 / 1024;

    private static readonly (DType DType, bool Kahan)[] _storages =
    [
        (DType.Float32, false), (DType.BFloat16, false), (DType.BFloat16, true), (DType.Float16, false), (DType.Float16, true),
    ];

    private static IEnumerable<TestCaseData> Cases =>
        from device in TestDevice.Kinds
        from storage in _storages
        select new TestCaseData(device, storage.DType, storage.Kahan);

    [TestCaseSource(nameof(Cases))]
    public void Norms_and_counts_are_those_of_plain_float64(TestDevice row, DType dtype, bool kahan)
    {
        var random = new Random(3);
        using var parameters = new ParameterBuffer(row.Shared);
        foreach (int length in (int[])[1, 255, 1000])
            parameters.Add($"p{length}", dtype, length).Value.CopyFrom(TestTraining.Numbers(random, length));
        using var optimizer = new SGD(parameters, new SGDOptions { Lr = Lr, Kahan = kahan });
        for (int step = 1; step <= 3; step++)
        {
            foreach (Parameter parameter in parameters)
                parameter.Gradient.CopyFrom(TestTraining.Numbers(random, (int)parameter.Length));
            float[][] values = [.. parameters.Select(parameter => TestTraining.Numbers(parameter.Value))];
            float[][] gradients = [.. parameters.Select(parameter => TestTraining.Numbers(parameter.Gradient))];
            StepStatistics statistics = optimizer.StepWithStatistics();
            Assert.Multiple(() =>
            {
                foreach ((int i, ParameterStatistics one) in statistics.Parameters.Index())
                    Compare(one, values[i], gradients[i], dtype);
                Compare(statistics, [.. values.SelectMany(all => all)], [.. gradients.SelectMany(all => all)], dtype);
                Assert.That(parameters.Select(optimizer.StepCount), Is.All.EqualTo(step));
            });
        }
    }

    /// <summary>Beside 1 an update is lost up to half an ulp above it, the tie included, and to a quarter below.</summary>
    [TestCaseSource(nameof(Cases))]
    public void The_share_that_is_rounded_away_is_the_one_that_was_built(TestDevice row, DType dtype, bool kahan)
    {
        float ulp = dtype switch
        {
            DType.Float32 => 1f / (1 << 23),
            DType.BFloat16 => 1f / (1 << 7),
            _ => 1f / (1 << 10),
        };
        float[] lost = [ulp / 8, -ulp / 8, -ulp / 2, ulp / 4];
        float[] kept = [ulp, -ulp, -ulp * 5 / 8, ulp * 3 / 8];
        Assert.Multiple(() =>
        {
            Assert.That(Step(lost), Is.EqualTo((4, 4, 1.0)));
            Assert.That(Step(kept), Is.EqualTo((4, 0, 0.0)));
            Assert.That(Step([.. lost, .. kept, 0, 0]), Is.EqualTo((8, 4, 0.4)));
            Assert.That(Step([0, -0f]), Is.EqualTo((0, 0, 0.0)));
        });

        (long Updated, long RoundedAway, double Share) Step(float[] gradients)
        {
            using var parameters = new ParameterBuffer(row.Shared);
            Parameter parameter = parameters.Add("p", dtype, gradients.Length);
            parameter.Value.Fill(1);
            parameter.Gradient.CopyFrom(gradients);
            using var optimizer = new SGD(parameters, new SGDOptions { Lr = 1, Kahan = kahan });
            StepStatistics statistics = optimizer.StepWithStatistics();
            int unchanged = TestTraining.Numbers(parameter.Value).Zip(gradients).Count(pair => pair is { First: 1, Second: not 0 });
            Assert.That(statistics.RoundedAway, Is.EqualTo(unchanged));
            return (statistics.Updated, statistics.RoundedAway, statistics.RoundedAwayShare);
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void An_update_far_below_the_ulp_is_known_as_well(TestDevice row, DType dtype, bool kahan)
    {
        using var parameters = new ParameterBuffer(row.Shared);
        Parameter parameter = parameters.Add("p", dtype, 9);
        parameter.Value.Fill(1);
        parameter.Gradient.Fill(3);
        double lr = Math.Pow(2, -60);
        using var optimizer = new SGD(parameters, new SGDOptions { Lr = lr, Kahan = kahan });
        for (int step = 0; step < 2; step++)
        {
            StepStatistics statistics = optimizer.StepWithStatistics();
            Assert.That(statistics.UpdateNorm, Is.EqualTo(9 * lr));
            Assert.That(statistics.UpdateRatio, Is.EqualTo(3 * lr));
            Assert.That(statistics.RoundedAwayShare, Is.EqualTo(1));
        }
    }

    private static void Compare(UpdateStatistics actual, float[] values, float[] gradients, DType dtype)
    {
        double[] updates = [.. gradients.Select(gradient => -Lr * gradient)];
        double norm = StatisticsReference.Norm(updates);
        double parameterNorm = StatisticsReference.Norm(values.Select(value => (double)value));
        int roundedAway = StatisticsReference.RoundedAway(values, updates, dtype);
        Assert.That(actual.Length, Is.EqualTo(values.Length));
        Assert.That(actual.ParameterNorm, Is.EqualTo(parameterNorm).Within(1e-12).Percent);
        Assert.That(actual.GradientNorm, Is.EqualTo(norm / Lr).Within(1e-12).Percent);
        // An update larger than its number is known to the last of its own 24 bits.
        Assert.That(actual.UpdateNorm, Is.EqualTo(norm).Within(1e-5).Percent);
        Assert.That(actual.UpdateRatio, Is.EqualTo(norm / parameterNorm).Within(1e-5).Percent);
        Assert.That(actual.Updated, Is.EqualTo(updates.Count(update => update != 0)));
        Assert.That(actual.RoundedAway, Is.EqualTo(roundedAway));
        Assert.That(actual.RoundedAwayShare, Is.EqualTo((double)roundedAway / values.Length));
        Assert.That(actual.NonFinite, Is.Zero);
    }
}
