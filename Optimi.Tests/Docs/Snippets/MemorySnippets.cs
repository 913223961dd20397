using Optimi;

namespace Snippets;

/// <summary>The code of the page on memory.</summary>
internal sealed class MemorySnippets
{
    [Test]
    public void Plan()
    {
        using var device = ComputeDevice.Open("cpu");

        using var parameters = new ParameterBuffer(device);
        Parameter weight = parameters.Add("fc1.weight", DType.BFloat16, 1024, 1024);
        Parameter bias = parameters.Add("fc1.bias", DType.BFloat16, 1024);
        MemoryPlan plan = MemoryPlan.For(parameters, new AdamWOptions { Lr = 1e-3 });
        bool fits = plan.TotalBytes < device.MemoryBytes;

        Assert.That(fits, Is.True);
        Assert.That(plan.TotalBytes, Is.EqualTo(10 * (weight.Length + bias.Length)));
    }

    [Test]
    public void Plan_of_rented_gradients()
    {
        using var device = ComputeDevice.Open("cpu");

        using var withoutGradients = new ParameterBuffer(device, GradientMemory.None);
        Parameter[] layer = [withoutGradients.Add("weight", DType.BFloat16, 1024, 1024), withoutGradients.Add("bias", DType.BFloat16, 1024)];
        long scratch = MemoryPlan.For(layer, new AdamWOptions { Lr = 1e-3 }, layers: [layer]).ScratchBytes;

        Assert.That(scratch, Is.EqualTo(2 * 1025 * 1024));
    }

    [Test]
    public void Try_again()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.BFloat16, 300).Gradient.Fill(1);
        using var optimizer = new AdamW(parameters, lr: 1e-3);
        using var cache = new Cache(device);

        try
        {
            optimizer.Step();
        }
        catch (DeviceException)
        {
            cache.Dispose();
            optimizer.Step();
        }

        Assert.That(optimizer.StepCount(parameters["p"]), Is.EqualTo(1));
    }

    [Test]
    public void Set_values()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter weight = parameters.Add("weight", DType.BFloat16, 3);
        Parameter parameter = parameters.Add("bias", DType.Float32, 1);
        using var optimizer = new AdamW(parameters, lr: 1e-3);
        float[] pretrained = [1, 2, 3];
        parameter.Gradient.Fill(1);
        optimizer.Step();

        weight.Value.CopyFrom(pretrained);

        Span<float> bias = parameter.Value.AsSpan<float>();
        bias[0] = 1;
        optimizer.ResetState(parameter);

        Assert.That(optimizer.StepCount(parameter), Is.Zero);
        Assert.That(weight.Value.AsSpan<BFloat16>()[2] == (BFloat16)3f, Is.True);
    }

    /// <summary>Memory that can be done without: with it there is too little for the optimizer's.</summary>
    private sealed class Cache : IDisposable
    {
        private readonly ComputeDevice _device;

        public Cache(ComputeDevice device)
        {
            _device = device;
            device.Allocator.Allocating = _ => throw new InsufficientMemoryException();
        }

        public void Dispose() => _device.Allocator.Allocating = null;
    }
}
