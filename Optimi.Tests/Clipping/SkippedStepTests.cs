namespace Optimi.Tests;

/// <summary>A gradient that is not finite leaves everything as it is.</summary>
internal sealed class SkippedStepTests
{
    private static IEnumerable<TestCaseData> Rows =>
        from device in TestDevice.All
        from optimizer in TestOptimizer.All
            // As in ClippingTests.
        where optimizer.Name is "adamw" || device.Name == $"cpu-{HostLanes.Widest.Name}"
            || (optimizer.Name is "stableadamw" && device.Name != "opencl")
        from bad in (float[])[float.NaN, float.NegativeInfinity, 1e30f]
        where bad == float.NegativeInfinity || optimizer.Name == "adamw"
        select new TestCaseData(device, optimizer, bad).SetArgDisplayNames(device.Name, optimizer.Name, $"{bad}");

    [TestCaseSource(nameof(Rows))]
    public void One_number_of_one_tensor_skips_the_step(TestDevice row, TestOptimizer optimizer, float bad)
    {
        using var tensors = new ClippedTensors(row.Shared);
        using var expected = new ClippedTensors(row.Shared);
        using Optimizer skipping = optimizer.Over(tensors.All, kahan: true, states: null);
        using Optimizer plain = optimizer.Over(expected.All, kahan: true, states: null);
        skipping.SkipNonFinite = true;
        skipping.AverageDecay = plain.AverageDecay = 0.9;
        for (int step = 1; step <= 6; step++)
        {
            // Also in the first step, and in the middle of accumulation.
            bool isBad = step is 1 or 4;
            tensors.Set(step, number => number);
            if (isBad)
                tensors.All[2].Gradient.CopyFrom([.. ClippedTensors.Numbers(tensors.All[2], step).Select((number, i) => i == 65_537 ? bad : number)]);
            skipping.Accumulate = plain.Accumulate = step is 3 or 4 && optimizer.Name != "sgd";
            uint[]? before = isBad ? tensors.Bits(skipping) : null;
            skipping.Step();
            if (isBad)
            {
                Assert.That(tensors.Bits(skipping), Is.EqualTo(before));
                continue;
            }

            expected.Set(step, number => number);
            plain.Step();
        }

        Assert.Multiple(() =>
        {
            Assert.That(skipping.SkippedSteps, Is.EqualTo(2));
            Assert.That(tensors.All.Select(skipping.StepCount), Is.All.EqualTo(4));
            Assert.That(tensors.Bits(skipping), Is.EqualTo(expected.Bits(plain)));
        });
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Nothing_is_skipped_unless_it_is_asked_for(TestDevice row)
    {
        using var tensors = new ClippedTensors(row.Shared);
        using var optimizer = new AdamW(tensors.All, lr: 0.01) { MaxNorm = 1, SkipNonFinite = false };
        tensors.Set(1, number => number);
        tensors.All[0].Gradient.Fill(float.NaN);
        optimizer.Step();
        Assert.Multiple(() =>
        {
            Assert.That(optimizer.SkippedSteps, Is.Zero);
            Assert.That(optimizer.GradientNorm, Is.NaN);
            Assert.That(TestTraining.Numbers(tensors.All[0].Value), Is.All.NaN);
            Assert.That(TestTraining.Numbers(tensors.All[2].Value), Has.None.NaN, "a NaN norm clips nothing");
        });
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void A_parameter_that_is_stepped_alone_is_skipped_alone(TestDevice row)
    {
        using var tensors = new ClippedTensors(row.Shared);
        using var expected = new ClippedTensors(row.Shared);
        using var skipping = new AdamW(tensors.All, lr: 0.01) { SkipNonFinite = true };
        using var plain = new AdamW(expected.All, lr: 0.01);
        for (int step = 1; step <= 3; step++)
        {
            tensors.Set(step, number => number);
            expected.Set(step, number => number);
            if (step == 2)
                tensors.All[1].Gradient.Fill(float.PositiveInfinity);
            foreach ((Parameter parameter, Parameter other) in tensors.All.Zip(expected.All))
            {
                skipping.Step(parameter);
                if (step != 2 || parameter != tensors.All[1])
                    plain.Step(other);
            }
        }

        Assert.Multiple(() =>
        {
            Assert.That(skipping.SkippedSteps, Is.EqualTo(1));
            Assert.That(tensors.All.Select(skipping.StepCount), Is.EqualTo(expected.All.Select(plain.StepCount)));
            Assert.That(tensors.Bits(skipping), Is.EqualTo(expected.Bits(plain)));
        });
    }
}
