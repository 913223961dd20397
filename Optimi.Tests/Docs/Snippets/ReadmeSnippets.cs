using Optimi;

namespace Snippets;

/// <summary>The README's code, but for rules of one's own.</summary>
internal sealed class ReadmeSnippets
{
    [Test]
    public void Quick_start()
    {
        var gradient = new float[256 * 128];

        using var device = ComputeDevice.Open("auto");
        using var parameters = new ParameterBuffer(device);
        Parameter weight = parameters.Add("fc1.weight", DType.BFloat16, 256, 128);
        using var optimizer = new AdamW(parameters, lr: 1e-3, weightDecay: 1e-5, decoupleLr: true);
        weight.Gradient.CopyFrom(gradient);
        optimizer.Step();

        Assert.That(optimizer.StepCount(weight), Is.EqualTo(1));
    }

    [Test]
    public void Parameters()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);

        Parameter bias = parameters.Add("fc1.bias", DType.BFloat16, 256);
        bias.Value.Fill(0);
        Span<BFloat16> gradients = bias.Gradient.AsSpan<BFloat16>();
        gradients[0] = (BFloat16)0.5f;

        Assert.That(bias.HasGradient, Is.True);
    }

    [Test]
    public void Groups()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter[] matrices = [parameters.Add("matrix", DType.BFloat16, 3, 3)];
        Parameter[] biases = [parameters.Add("bias", DType.BFloat16, 3)];

        var defaults = new AdamWOptions { Lr = 1e-3, WeightDecay = 0.1 };
        using var optimizer = new AdamW(matrices, defaults);
        optimizer.AddGroup(biases, defaults with { WeightDecay = 0, Kahan = false });
        optimizer.Groups[1].Lr = 2e-3;
        optimizer.ScaleLr(0.99);
        optimizer.Step();
        TensorStorage firstMoment = optimizer.State(matrices[0], "exp_avg");

        Assert.That(firstMoment.Length, Is.EqualTo(9));
    }

    [Test]
    public void Own_memory()
    {
        float[] weight = [1, 2], gradient = [1, -1], expAvg = [0, 0], expAvgSq = [0, 0];

        var adamW = new AdamWOptions { Lr = 1e-3 };
        for (int step = 1; step <= 10; step++)
            Functional.Step(adamW, step, weight, gradient, expAvg, expAvgSq);

        Assert.That(weight, Is.EqualTo(new[] { 0.99f, 2.01f }).Within(1e-3));
    }

    [Test]
    public void Own_memory_of_a_device()
    {
        using var device = ComputeDevice.Open("cpu-simulated");
        using var memory = new Optimi.Tests.DeviceRows(device, rows: 4, length: 64);
        var (weightView, gradientView, expAvgView, expAvgSqView) = (memory[0], memory[1], memory[2], memory[3]);
        var adamW = new AdamWOptions { Lr = 1e-3 };

        Functional.Step(device, adamW, step: 1, weightView, gradientView, expAvgView, expAvgSqView);

        Assert.That(memory.Numbers(2), Is.All.GreaterThan(0));
    }
}
