using Optimi;

namespace Snippets;

/// <summary>The code of the page on gradients.</summary>
internal sealed class GradientSnippets
{
    private static readonly float[] _gradient = [1, 2, 3];

    [Test]
    public void Passing_and_renting()
    {
        using var device = ComputeDevice.Open("cpu");
        float[] weightGradient = _gradient;
        float[] biasGradient = _gradient;

        using var parameters = new ParameterBuffer(device, GradientMemory.None);

        Parameter weight = parameters.Add("weight", DType.Float32, 3);
        Parameter bias = parameters.Add("bias", DType.Float32, 3);
        using var optimizer = new AdamW(parameters, lr: 1e-3);

        optimizer.Step(weight, weightGradient);
        optimizer.Step((weight, weightGradient), (bias, biasGradient));

        RentedGradient rented = weight.RentGradient();
        rented.CopyFrom(weightGradient);
        optimizer.Step(rented);

        Assert.That(optimizer.StepCount(weight), Is.EqualTo(3));
        Assert.That(optimizer.StepCount(bias), Is.EqualTo(1));
    }

    [Test]
    public void Release()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device, GradientMemory.None);
        Parameter weight = parameters.Add("weight", DType.Float32, 3);
        var model = new Model();
        float[] weightGradient = _gradient;

        using var optimizer = new AdamW(parameters, lr: 1e-3) { GradientRelease = true };
        GradientRelease.Prepare(model, optimizer);
        model.OnGradient(weight, weightGradient);
        optimizer.Step();
        optimizer.ZeroGradients();
        optimizer.Lr *= 0.99;
        GradientRelease.Remove(model);

        Assert.That(optimizer.StepCount(weight), Is.EqualTo(1));
    }

    [Test]
    public void Accumulation()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device, GradientMemory.None);
        Parameter weight = parameters.Add("weight", DType.Float32, 3);
        var model = new Model();
        float[] weightGradient = _gradient;
        using var optimizer = new AdamW(parameters, lr: 1e-3) { GradientRelease = true };
        GradientRelease.Prepare(model, optimizer);

        for (int batch = 1; batch <= 8; batch++)
        {
            optimizer.Accumulate = batch % 4 != 0;
            model.OnGradient(weight, weightGradient);
        }

        Assert.That(optimizer.StepCount(weight), Is.EqualTo(8));

        using var mixed = new ParameterBuffer(device, gradientDType: DType.Float32);
        Parameter kept = mixed.Add("kept", DType.BFloat16, 3);
        using var keptOptimizer = new SGD(mixed, lr: 1);

        kept.Gradient.Add(weightGradient);
        kept.Gradient.Add(weightGradient);
        keptOptimizer.Step();
        kept.HasGradient = false;

        Assert.That(kept.Value.AsSpan<BFloat16>()[2], Is.EqualTo((BFloat16)(-6)));
    }

    [Test]
    public void Adopted()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        float[] weightMemory = new float[256 * 128];
        float[] gradientMemory = new float[256 * 128];

        Parameter weight = parameters.Adopt("fc1.weight", DType.Float32, [256, 128], weightMemory, gradientMemory);

        using var optimizer = new SGD(parameters, lr: 1);
        gradientMemory = [.. Enumerable.Repeat(1f, 256 * 128)];

        weight.BindGradient(gradientMemory);
        optimizer.Step();

        Assert.That(weightMemory, Is.All.EqualTo(-1));
    }
}
