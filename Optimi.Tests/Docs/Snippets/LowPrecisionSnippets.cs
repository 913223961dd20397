using Optimi;

namespace Snippets;

/// <summary>The code of the page on low precision.</summary>
internal sealed class LowPrecisionSnippets
{
    [Test]
    public void In_a_word()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device, GradientMemory.None);
        Parameter weight = parameters.Add("weight", DType.BFloat16, 256, 16);

        using var optimizer = new AdamW(parameters, new AdamWOptions { Lr = 1e-3 }.With(Precision.Compressed));

        optimizer.Step(weight, new BFloat16[weight.Length]);
        Assert.That((double)(parameters.ValueBytes + optimizer.StateBytes) / weight.Length, Is.EqualTo(5.125));
    }

    [Test]
    public void Beside_float32()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter[] matrices = [parameters.Add("matrix", DType.BFloat16, 3, 3)];
        Parameter[] norms = [parameters.Add("norm", DType.Float32, 3)];

        var defaults = new AdamWOptions { Lr = 1e-3 };
        using var optimizer = new AdamW(
            new ParameterGroup(matrices, defaults.With(Precision.Compressed)),
            new ParameterGroup(norms, defaults with { CompressedStates = true }));

        norms[0].Gradient.Fill(1);
        matrices[0].Gradient.Fill(1);
        optimizer.Step();
        Assert.That(optimizer.StoredParts(norms[0]).Select(part => part.Name), Is.EqualTo((string[])["moments", "moments.headers"]));
    }
}
