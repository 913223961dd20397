namespace Optimi.Tests;

/// <summary>The scale of the loss grows and shrinks as steps are made and skipped.</summary>
internal sealed class GradientScalerTests
{
    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void It_grows_after_an_interval_and_shrinks_after_a_skipped_step(TestDevice row)
    {
        using var buffer = new ParameterBuffer(row.Shared);
        Parameter parameter = buffer.Add("p", DType.Float32, 10);
        var scaler = new GradientScaler { GrowthInterval = 3 };
        using var optimizer = new AdamW(buffer, lr: 0.01) { Scaler = scaler };
        var scales = new List<double> { scaler.Scale };
        for (int step = 0; step < 8; step++)
        {
            parameter.Gradient.Fill(step == 4 ? float.NaN : 1);
            optimizer.Accumulate = step == 1;
            optimizer.Step();
            scales.Add(scaler.Scale);
        }

        Assert.Multiple(() =>
        {
            Assert.That(
                scales, Is.EqualTo(new double[] { 65_536, 65_536, 65_536, 131_072, 131_072, 65_536, 65_536, 65_536, 131_072 }));
            Assert.That(scaler.GrowthTracker, Is.Zero);
            Assert.That(optimizer.SkippedSteps, Is.EqualTo(1));
            Assert.That(optimizer.StepCount(parameter), Is.EqualTo(7));
        });
    }

    [Test]
    public void Its_defaults_are_PyTorchs()
    {
        var scaler = new GradientScaler();
        Assert.That(
            (scaler.Scale, scaler.GrowthFactor, scaler.BackoffFactor, scaler.GrowthInterval), Is.EqualTo((65_536, 2, 0.5, 2_000)));
    }

    [Test]
    public void A_fixed_scale_stays()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var buffer = new ParameterBuffer(device);
        buffer.Add("p", DType.Float32, 10).Gradient.Fill(float.NaN);
        using var optimizer = new AdamW(buffer, lr: 0.01) { Scaler = GradientScaler.Fixed(8) };
        optimizer.Step();
        Assert.That(optimizer.Scaler!.Scale, Is.EqualTo(8));
    }

    [Test]
    public void It_never_leaves_float32()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var buffer = new ParameterBuffer(device);
        Parameter parameter = buffer.Add("p", DType.Float32, 10);
        using var optimizer = new AdamW(buffer, lr: 0.01) { Scaler = new GradientScaler { GrowthInterval = 1, GrowthFactor = 1e30 } };
        parameter.Gradient.Fill(0);
        for (int step = 0; step < 3; step++)
            optimizer.Step();
        Assert.That((float)optimizer.Scaler!.Scale, Is.LessThan(float.PositiveInfinity));
    }

    [Test]
    public void Bad_numbers_are_refused()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => new GradientScaler { Scale = 0 }, Refused.With("Scale"));
            Assert.That(() => new GradientScaler { Scale = 1e300 }, Refused.With("float32"));
            Assert.That(() => new GradientScaler { GrowthFactor = 0.5 }, Refused.With("GrowthFactor"));
            Assert.That(() => new GradientScaler { BackoffFactor = 2 }, Refused.With("BackoffFactor"));
            Assert.That(() => new GradientScaler { GrowthInterval = 0 }, Refused.With("GrowthInterval"));
        });
    }

    [Test]
    public void It_follows_one_optimizer()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var buffer = new ParameterBuffer(device);
        using var first = new AdamW([buffer.Add("p", DType.Float32, 1)], lr: 0.01);
        using var second = new AdamW([buffer.Add("q", DType.Float32, 1)], lr: 0.01);
        var scaler = new GradientScaler();
        first.Scaler = scaler;
        Assert.That(() => second.Scaler = scaler, Refused.With("another optimizer"));
        first.Scaler = null;
        second.Scaler = scaler;
        Assert.Multiple(() =>
        {
            Assert.That(() => second.GradientRelease = true, Refused.With("gradient release"));
            first.GradientRelease = true;
            Assert.That(() => first.Scaler = new GradientScaler(), Refused.With("gradient release"));
        });
    }
}
