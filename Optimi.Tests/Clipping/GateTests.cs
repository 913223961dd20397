using Optimi.Bench;

namespace Optimi.Tests;

/// <summary>What gradients pass before a step, in unusual orders of calls.</summary>
internal sealed class GateTests
{
    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void After_a_step_that_failed_no_gradient_is_looked_for_where_it_was(TestDevice row)
    {
        using ComputeDevice device = row.Open();
        using var failing = new FailingDevice(device);
        using var buffer = new ParameterBuffer(device);
        Parameter first = buffer.Add("first", DType.Float32, 1000);
        Parameter second = buffer.Add("second", DType.BFloat16, 300_000);
        first.Gradient.Fill(1);
        using var optimizer = new AdamW(buffer, lr: 0.01) { MaxNorm = 100 };
        optimizer.Step();
        second.HasGradient = true;
        for (int n = 1; ; n++)
        {
            failing.FailAt(n);
            failing.Retry(optimizer.Step);
            if (failing.Failures == 0)
                break;
            second.HasGradient = false;
            optimizer.Step();
            second.HasGradient = true;
        }

        Assert.That(optimizer.GradientNormOf(first), Is.EqualTo(MathF.Sqrt(1000)));
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Tensors_of_a_type_may_all_be_empty(TestDevice row)
    {
        using var buffer = new ParameterBuffer(row.Shared);
        buffer.Add("some", DType.Float32, 4).Gradient.Fill(1);
        buffer.Add("none", DType.BFloat16, 0);
        using var optimizer = new SGD(buffer, lr: 0.1) { MaxNorm = 1 };
        optimizer.Step();
        Assert.That(optimizer.GradientNorm, Is.EqualTo(2));
        using var none = new ParameterBuffer(row.Shared);
        using var ofNone = new SGD([none.Add("none", DType.BFloat16, 0)], lr: 0.1) { MaxNorm = 1 };
        ofNone.Step();
        Assert.That(ofNone.GradientNorm, Is.Zero);
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void A_scaler_learns_of_the_last_step_of_an_optimizer_that_is_disposed(TestDevice row)
    {
        using var buffer = new ParameterBuffer(row.Shared);
        Parameter parameter = buffer.Add("p", DType.Float32, 4);
        parameter.Gradient.Fill(float.NaN);
        var scaler = new GradientScaler();
        var optimizer = new SGD(buffer, lr: 0.1) { Scaler = scaler };
        optimizer.Step();
        optimizer.Dispose();
        Assert.That(scaler.Scale, Is.EqualTo(32_768));
        using var next = new SGD(buffer, lr: 0.1) { Scaler = scaler };
        Assert.That(() => optimizer.Scaler = null, Throws.TypeOf<ObjectDisposedException>());
        next.Step();
        Assert.That(scaler.Scale, Is.EqualTo(16_384), "it follows the next one still");
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Two_gradients_of_one_parameter_are_refused_before_anything_is_stepped(TestDevice row)
    {
        using var buffer = new ParameterBuffer(row.Shared, GradientMemory.None);
        Parameter[] parameters = [buffer.Add("p", DType.Float32, 300), buffer.Add("q", DType.Float32, 300)];
        using var memory = new ForeignMemory(row.Shared, DType.Float32, [300], isAligned: true);
        memory.Write(0, new float[300]);
        using var optimizer = new SGD(buffer, lr: 0.1) { SkipNonFinite = true };
        Assert.That(
            () => optimizer.Step((parameters[0], memory.View(0)), (parameters[1], memory.View(0)), (parameters[0], memory.View(0))),
            Throws.TypeOf<ParameterException>().With.Message.Contains("two gradients"));
        Assert.That(parameters.Select(optimizer.StepCount), Is.All.Zero);
        optimizer.Step((parameters[0], memory.View(0)), (parameters[1], memory.View(0)));
        Assert.That(parameters.Select(optimizer.StepCount), Is.All.EqualTo(1));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Looking_at_the_norm_changes_no_released_step(bool looks)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var buffer = new ParameterBuffer(device, GradientMemory.None);
        Parameter parameter = buffer.Add("p", DType.Float32, 4);
        using var optimizer = new SGD(buffer, lr: 1) { GradientRelease = true, SkipNonFinite = true };
        var model = new ReplayedModel();
        GradientRelease.Prepare(model, optimizer);
        model.Release(parameter, [5, 5, 5, 5]);
        optimizer.Step();
        if (looks)
            Assert.That(optimizer.GradientNorm, Is.EqualTo(10), "also without a bound");
        optimizer.MaxNorm = 1;
        model.Release(parameter, [5, 5, 5, 5]);
        // The bound of now, by the norm of before.
        float factor = ClipReference.Factor(100, 1, 1);
        Assert.That(TestTraining.Numbers(parameter.Value), Is.All.EqualTo(-5 - (5 * factor)));
        optimizer.Step();
        if (looks)
            Assert.That(optimizer.GradientNorm, Is.EqualTo(10));
        optimizer.Step();
        Assert.That(optimizer.GradientNorm, Is.Zero, "a step in which no gradient was ready");
        GradientRelease.Remove(model);
        GradientRelease.Prepare(model, optimizer);
        parameter.Value.Fill(0);
        model.Release(parameter, [5, 5, 5, 5]);
        Assert.That(TestTraining.Numbers(parameter.Value), Is.All.EqualTo(-5), "a first step is not clipped");
    }

    [Test]
    public void All_that_a_judged_step_needs_is_compiled_before()
    {
        using ComputeDevice device = TestDevice.All.First(row => row.Name == "opencl").Open();
        using var buffer = new ParameterBuffer(device);
        buffer.Add("p", DType.Float32, 4).Gradient.Fill(1);
        buffer.Add("q", DType.Float32, 4).Gradient.Fill(1);
        using var optimizer = new AdamW(buffer, lr: 0.1) { MaxNorm = 1 };
        optimizer.PrepareAsync().GetAwaiter().GetResult();
        int started = device.Kernels.Started;
        for (int step = 0; step < 4; step++)
            optimizer.Step();
        Assert.That(device.Kernels.Started, Is.EqualTo(started));
    }

    [Test]
    public void A_chain_keeps_what_it_was_made_of()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var buffer = new ParameterBuffer(device);
        Parameter first = buffer.Add("p", DType.Float32, 4);
        Parameter second = buffer.Add("q", DType.Float32, 4);
        using var one = new SGD([first], lr: 0.1);
        using var other = new SGD([second], lr: 0.1);
        using var chain = new ChainedOptimizer(one, other) { MaxNorm = 1 };
        Assert.Multiple(() =>
        {
            Assert.That(
                () => other.AddGroup([first], new SGDOptions { Lr = 1 }),
                Throws.TypeOf<ParameterException>().With.Message.Contains("two optimizers of the chain"));
            Assert.That(() => one.GradientRelease = true, Refused.With("ChainedOptimizer"));
        });
        first.Gradient.Fill(1);
        chain.Step();
        Assert.That(chain.GradientNorm, Is.EqualTo(2));
    }

    [Test]
    public void Nobody_steps_a_parameter_whose_average_is_swapped_in()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var buffer = new ParameterBuffer(device);
        Parameter parameter = buffer.Add("p", DType.Float32, 4);
        parameter.Gradient.Fill(1);
        using var averaging = new SGD(buffer, lr: 0.1) { AverageDecay = 0.5 };
        using var other = new SGD(buffer, lr: 0.1);
        averaging.Step();
        using (averaging.SwapIn())
            Assert.That(other.Step, Throws.TypeOf<ParameterException>().With.Message.Contains("SwapOut"));
        other.Step();
        Assert.That(TestTraining.Numbers(parameter.Value), Is.All.EqualTo(-0.2f));
    }
}
