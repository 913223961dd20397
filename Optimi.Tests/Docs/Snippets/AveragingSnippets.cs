using Optimi;

namespace Snippets;

/// <summary>The code of the page on weight averaging.</summary>
internal sealed class AveragingSnippets
{
    private ComputeDevice _device = null!;
    private ParameterBuffer _parameters = null!;

    [SetUp]
    public void Open()
    {
        _device = ComputeDevice.Open("cpu");
        _parameters = new ParameterBuffer(_device);
        _parameters.Add("p", DType.BFloat16, 3).Gradient.Fill(1);
    }

    [TearDown]
    public void Close()
    {
        _parameters.Dispose();
        _device.Dispose();
    }

    [Test]
    public void Average_and_evaluate()
    {
        ParameterBuffer parameters = _parameters;

        using var optimizer = new AdamW(parameters, lr: 1e-3) { AverageDecay = 0.999 };

        optimizer.Step();
        float value = Evaluate(parameters);

        using (optimizer.SwapIn())
            Evaluate(parameters);

        Assert.That(Evaluate(parameters), Is.EqualTo(value));
    }

    [Test]
    public void Change_the_decay()
    {
        using var optimizer = new AdamW(_parameters, lr: 1e-3) { AverageDecay = 0 };

        for (int step = 1; step <= 1000; step++)
        {
            optimizer.AverageDecay = Math.Min(0.999, (1 + step) / (10.0 + step));
            optimizer.Step();
        }

        using (optimizer.SwapIn())
            Assert.That(Evaluate(_parameters), Is.LessThan(0).And.GreaterThan(-1));
    }

    [Test]
    public void Set_an_average()
    {
        using var optimizer = new AdamW(_parameters, lr: 1e-3) { AverageDecay = 0.999 };
        Parameter weight = _parameters["p"];
        float[] saved = [1, 2, 3];

        TensorStorage average = optimizer.State(weight, "ema");
        average.CopyFrom(saved);

        MemoryPlan plan = MemoryPlan.For(optimizer.Groups).WithAverages();

        Assert.That(plan.StateBytes + plan.CompensationBytes + plan.AverageBytes, Is.EqualTo(optimizer.StateBytes));
        using (optimizer.SwapIn())
            Assert.That(Evaluate(_parameters), Is.EqualTo(1));
    }

    private static float Evaluate(ParameterBuffer parameters)
    {
        var values = new float[3];
        parameters["p"].Value.CopyTo(values);
        return values[0];
    }
}
