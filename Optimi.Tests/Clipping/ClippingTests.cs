namespace Optimi.Tests;

/// <summary>Gradients that are unscaled, clipped by their norm and by value.</summary>
internal sealed class ClippingTests
{
    private const int Steps = 4;

    private static IEnumerable<TestCaseData> Rows =>
        from device in TestDevice.All
        from optimizer in TestOptimizer.All
            // PoCL compiles each of these kernels for the first time here, and the simulation takes its time.
        where optimizer.Name is "adamw" || device.Name == $"cpu-{HostLanes.Widest.Name}"
            || (optimizer.Name is "stableadamw" && device.Name != "opencl")
        select new TestCaseData(device, optimizer).SetArgDisplayNames(device.Name, optimizer.Name);

    [TestCaseSource(nameof(Rows))]
    public void Steps_see_the_gradients_that_the_contract_says(TestDevice row, TestOptimizer optimizer)
    {
        const double MaxNorm = 300;
        const float Unscale = 1 / 8f;
        const float Bound = 0.5f;
        using var tensors = new ClippedTensors(row.Shared);
        using var expected = new ClippedTensors(row.Shared, DType.Float32);
        using Optimizer clipped = optimizer.Over(tensors.All, kahan: true, states: null);
        using Optimizer plain = optimizer.Over(expected.All, kahan: true, states: null);
        (clipped.MaxNorm, clipped.ClipValue, clipped.Scaler) = (MaxNorm, Bound, GradientScaler.Fixed(1 / Unscale));
        for (int step = 1; step <= Steps; step++)
        {
            // The second step is not clipped by its norm.
            float size = step == 2 ? 1e-3f : 100;
            float[][] gradients =
                [.. tensors.All.Select(parameter => Gradients(parameter, step, size))];
            float squares = ClipReference.Squares(gradients, Unscale);
            float factor = ClipReference.Factor(squares, MaxNorm, Unscale);
            tensors.Set(step, number => Stored(number, size));
            foreach ((Parameter parameter, float[] gradient) in expected.All.Zip(gradients))
                parameter.Gradient.CopyFrom([.. gradient.Select(number => Math.Clamp(number * factor, -Bound, Bound))]);
            clipped.Accumulate = plain.Accumulate = step == 3 && optimizer.Name != "sgd";
            clipped.Step();
            plain.Step();
            Assert.Multiple(() =>
            {
                Assert.That(factor, step == 2 ? Is.EqualTo(Unscale) : Is.LessThan(Unscale));
                Assert.That(clipped.GradientNorm, Is.EqualTo(MathF.Sqrt(squares)));
                Assert.That(
                    tensors.All.Select(clipped.GradientNormOf),
                    Is.EqualTo(gradients.Select(gradient => MathF.Sqrt(ClipReference.Squares(gradient, Unscale)))));
            });
        }

        Assert.Multiple(() =>
        {
            Assert.That(tensors.Bits(clipped), Is.EqualTo(expected.Bits(plain)));
            Assert.That(tensors.All.Select(clipped.StepCount), Is.All.EqualTo(Steps));
            Assert.That(clipped.SkippedSteps, Is.Zero);
        });
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void A_parameter_without_a_gradient_counts_nothing(TestDevice row)
    {
        using var tensors = new ClippedTensors(row.Shared);
        using var optimizer = new AdamW(tensors.All, lr: 0.01) { MaxNorm = 1 };
        tensors.Set(1, number => number);
        tensors.All[2].HasGradient = false;
        tensors.All[1].Frozen = true;
        optimizer.Step();
        float[] rest = [.. tensors.All.Select((parameter, i) => i is 1 or 2
            ? 0
            : ClipReference.Squares(ClippedTensors.Numbers(parameter, 1), 1))];
        Assert.Multiple(() =>
        {
            Assert.That(optimizer.GradientNorm, Is.EqualTo(MathF.Sqrt(ClipReference.TreeSum(rest))));
            Assert.That(optimizer.GradientNormOf(tensors.All[2]), Is.Zero);
        });
        tensors.All[2].HasGradient = true;
        tensors.All[1].Frozen = false;
        optimizer.Step();
        Assert.That(
            optimizer.GradientNorm,
            Is.EqualTo(MathF.Sqrt(ClipReference.Squares(tensors.All.Select(parameter => ClippedTensors.Numbers(parameter, 1)), 1))));
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Gradients_are_found_wherever_they_lie(TestDevice row)
    {
        int[] lengths = [1, 255, 300, 1025];
        ComputeDevice device = row.Shared;
        using var first = new ForeignMemory(device, DType.Float32, lengths, isAligned: false);
        using var second = new ForeignMemory(device, DType.Float32, lengths, isAligned: true);
        using var buffer = new ParameterBuffer(device);
        Parameter[] parameters = [.. lengths.Select((length, i) => buffer.Add($"p{i}", DType.Float32, length))];
        using var optimizer = new AdamW(buffer, lr: 0.01) { SkipNonFinite = true };
        for (int step = 0; step < 6; step++)
        {
            ForeignMemory there = step % 2 == 0 ? first : second;
            float[][] gradients = [.. lengths.Select(length => TestTraining.Numbers(new Random(length + step), length))];
            for (int i = 0; i < lengths.Length; i++)
            {
                there.Write(i, gradients[i]);
                parameters[i].BindGradient(there.View(i));
            }

            optimizer.Step();
            Assert.That(optimizer.GradientNorm, Is.EqualTo(MathF.Sqrt(ClipReference.Squares(gradients, 1))));
        }
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Groups_that_come_late_count(TestDevice row)
    {
        using var tensors = new ClippedTensors(row.Shared);
        tensors.Set(1, number => number);
        using var optimizer = new AdamW(tensors.All.Take(2), lr: 0.01) { MaxNorm = 1 };
        optimizer.Step();
        optimizer.AddGroup(tensors.All.Skip(2), new AdamWOptions { Lr = 0.1 });
        optimizer.Step();
        Assert.Multiple(() =>
        {
            Assert.That(
                optimizer.GradientNorm,
                Is.EqualTo(MathF.Sqrt(ClipReference.Squares(tensors.All.Select(parameter => ClippedTensors.Numbers(parameter, 1)), 1))));
            Assert.That(tensors.All.Select(optimizer.StepCount), Is.EqualTo(new[] { 2, 2, 1, 1, 1, 1 }));
        });
    }

    [Test]
    public void Bounds_that_cannot_be_are_refused()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var tensors = new ClippedTensors(device);
        using var optimizer = new AdamW(tensors.All, lr: 0.01) { MaxNorm = 2, ClipValue = 3 };
        Assert.Multiple(() =>
        {
            Assert.That(() => optimizer.MaxNorm = 0, Refused.With("MaxNorm"));
            Assert.That(() => optimizer.MaxNorm = double.NaN, Refused.With("MaxNorm"));
            Assert.That(() => optimizer.ClipValue = -1, Refused.With("ClipValue"));
            Assert.That((optimizer.MaxNorm, optimizer.ClipValue), Is.EqualTo((2, 3)));
            Assert.That(optimizer.GradientNorm, Is.NaN, "no step has been made");
        });
    }

    [Test]
    public void One_parameter_alone_cannot_be_clipped_by_the_norm_of_all()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var tensors = new ClippedTensors(device);
        using var optimizer = new AdamW(tensors.All, lr: 0.01) { MaxNorm = 2 };
        Parameter parameter = tensors.All[0];
        parameter.Gradient.Fill(1);
        Assert.Multiple(() =>
        {
            Assert.That(() => optimizer.Step(parameter), Refused.With("the norm of all gradients"));
            Assert.That(() => optimizer.Step(parameter, new float[1]), Refused.With("the norm of all gradients"));
            Assert.That(optimizer.StepCount(parameter), Is.Zero);
        });
        (optimizer.MaxNorm, optimizer.Scaler) = (null, new GradientScaler());
        Assert.That(() => optimizer.Step(parameter), Refused.With("GradientScaler"));
        optimizer.Scaler = null;
        optimizer.Step(parameter);
        Assert.That(optimizer.StepCount(parameter), Is.EqualTo(1));
    }

    private static float Stored(float number, float size) => (float)(BFloat16)(number * size);

    private static float[] Gradients(Parameter parameter, int step, float size) =>
        [.. ClippedTensors.Numbers(parameter, step).Select(number => Stored(number, size))];
}
