namespace FusedTests;

/// <summary>A step allocates nothing on the managed heap.</summary>
internal sealed class AllocationTests
{
    private const int Batches = 20;

    [Test]
    public void A_step_allocates_nothing([Values(ScalarType.Float32, ScalarType.BFloat16)] ScalarType dtype, [Values(false, true)] bool scheduled)
    {
        (Tensor x, Tensor y) = Mlp.Batches(1, dtype)[0];
        using var model = new Mlp(1, dtype);
        using var optimizer = new FusedAdamW(model.parameters());
        ParamGroup group = (ParamGroup)optimizer.ParamGroups.Single();
        long least = long.MaxValue;
        for (int batch = 0; batch < Batches; batch++)
        {
            // Gradients in other memory each time, as after zero_grad(set_to_none) in PyTorch.
            foreach (Parameter parameter in model.parameters())
                parameter.grad = null;
            model.Backward(x, y);
            if (scheduled)
                group.LearningRate *= 0.9;
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int step = 0; step < 10; step++)
                optimizer.step();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(least, Is.Zero);
    }
}
