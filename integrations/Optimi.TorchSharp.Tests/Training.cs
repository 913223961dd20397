namespace FusedTests;

/// <summary>A model, its optimizer, and batches that are the same for all.</summary>
internal sealed class Training(ScalarType dtype, Func<IEnumerable<Parameter>, OptimizerHelper> make, Mlp model) : IDisposable
{
    private readonly (Tensor X, Tensor Y)[] _batches = Mlp.Batches(10, dtype);

    public Training(ScalarType dtype, Func<IEnumerable<Parameter>, OptimizerHelper> make)
        : this(dtype, make, new Mlp(1, dtype))
    {
    }

    public Mlp Model => model;

    public OptimizerHelper Optimizer { get; } = make(model.parameters());

    /// <summary>Trains, always from the first batch on.</summary>
    public void Run(int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            Backward(step);
            Optimizer.step();
        }
    }

    /// <summary>Leaves the gradients of a batch.</summary>
    public void Backward(int batch)
    {
        Optimizer.zero_grad();
        Model.Backward(_batches[batch % _batches.Length].X, _batches[batch % _batches.Length].Y);
    }

    /// <summary>Copies the weights, and lets states be carried over.</summary>
    public void CopyTo(Training other, Action<OptimizerHelper, OptimizerHelper> carry)
    {
        using (no_grad())
        {
            foreach ((Parameter from, Parameter to) in Model.parameters().Zip(other.Model.parameters()))
                to.copy_(from);
        }

        carry(Optimizer, other.Optimizer);
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Model.Dispose();
    }
}
