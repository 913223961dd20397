using Optimi;

namespace Snippets;

/// <summary>The code of the page on clipping.</summary>
internal sealed class ClippingSnippets
{
    [Test]
    public void Clipping_and_scaling()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter weight = parameters.Add("weight", DType.Float32, 3);
        weight.Gradient.CopyFrom([3f, 0, 4]);

        using var optimizer = new AdamW(parameters, lr: 1e-3) { MaxNorm = 1, ClipValue = 0.5 };
        optimizer.Step();
        float norm = optimizer.GradientNorm;
        float ofWeight = optimizer.GradientNormOf(weight);

        Assert.That((norm, ofWeight), Is.EqualTo((5, 5)));

        var scaler = new GradientScaler();
        optimizer.Scaler = scaler;
        double lossScale = scaler.Scale;
        optimizer.Step();

        Assert.That((lossScale, optimizer.GradientNorm), Is.EqualTo((65_536, 5 / 65_536f)));
    }

    [Test]
    public void Chaining()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter matrix = parameters.Add("matrix", DType.Float32, 2, 2);
        Parameter vector = parameters.Add("vector", DType.Float32, 2);
        matrix.Gradient.Fill(1);
        vector.Gradient.Fill(1);
        using var ofMatrices = new AdamW([matrix], lr: 1e-3);
        using var ofVectors = new Lion([vector], lr: 1e-4);

        using var chain = new ChainedOptimizer(ofMatrices, ofVectors) { MaxNorm = 1 };
        chain.Step();
        chain.ZeroGradients();

        Assert.That((ofMatrices.StepCount(matrix), ofVectors.StepCount(vector)), Is.EqualTo((1, 1)));
    }
}
