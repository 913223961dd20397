using Optimi;

namespace FusedTests;

/// <summary>bf16 training: with Kahan summation it is as good as float32's, with TorchSharp's own optimizer it is not.</summary>
internal sealed class LowPrecisionTests
{
    private const int Steps = 2000;

    private static readonly Lazy<double> _float32 = new(() => Train(ScalarType.Float32, p => new FusedAdamW(p, 1e-4)));

    [Test]
    public void Kahan_summation_trains_bf16_as_float32()
    {
        double float32 = _float32.Value;
        double kahan = Train(ScalarType.BFloat16, p => new FusedAdamW(p, 1e-4));
        double torchs = Train(ScalarType.BFloat16, p => optim.AdamW(p, 1e-4));
        TestContext.Out.WriteLine($"float32 {float32}, bf16 with Kahan summation {kahan}, TorchSharp's bf16 {torchs}");
        Assert.That(kahan, Is.LessThan(1.2 * float32));
        Assert.That(torchs, Is.GreaterThan(3 * float32));
    }

    [TestCase(Precision.Mixed)]
    [TestCase(Precision.MasterWeights)]
    [TestCase(Precision.Compressed)]
    [TestCase(Precision.Smallest)]
    public void Every_precision_trains(Precision precision)
    {
        double float32 = _float32.Value;
        double loss = Train(ScalarType.BFloat16, p => new FusedAdamW(p, 1e-4, configure: options => options.With(precision)));
        TestContext.Out.WriteLine($"{precision}: {loss}, float32 {float32}");
        Assert.That(loss, Is.LessThan(1.3 * float32));
    }

    /// <summary>The loss after training, measured in float32 on what the model has become.</summary>
    private static double Train(ScalarType dtype, Func<IEnumerable<Parameter>, OptimizerHelper> make)
    {
        (Tensor X, Tensor Y)[] batches = Mlp.Batches(20, dtype);
        using var model = new Mlp(1, dtype);
        using OptimizerHelper optimizer = make(model.parameters());
        for (int step = 0; step < Steps; step++)
        {
            optimizer.zero_grad();
            model.Backward(batches[step % batches.Length].X, batches[step % batches.Length].Y);
            optimizer.step();
        }

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        model.to(ScalarType.Float32);
        return Mlp.Batches(20).Average(batch => nn.functional.mse_loss(model.call(batch.X), batch.Y).item<float>());
    }
}
