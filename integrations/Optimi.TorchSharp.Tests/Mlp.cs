namespace FusedTests;

/// <summary>A small network, and a function for it to learn.</summary>
internal sealed class Mlp : nn.Module<Tensor, Tensor>
{
    private readonly Linear _first;
    private readonly Linear _second;

    public Mlp(int seed, ScalarType dtype = ScalarType.Float32, int width = 64)
        : base(nameof(Mlp))
    {
        random.manual_seed(seed);
        _first = nn.Linear(8, width);
        _second = nn.Linear(width, 1);
        RegisterComponents();
        this.to(dtype);
    }

    /// <summary>Leaves each parameter's gradient of one batch.</summary>
    /// <returns>The loss.</returns>
    public double Backward(Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        Tensor loss = nn.functional.mse_loss(call(x), y);
        loss.backward();
        return loss.to(ScalarType.Float32).item<float>();
    }

    public override Tensor forward(Tensor input) => _second.call(nn.functional.tanh(_first.call(input)));

    /// <summary>Batches of what another such network makes of its input.</summary>
    public static (Tensor X, Tensor Y)[] Batches(int count, ScalarType dtype = ScalarType.Float32, int rows = 64)
    {
        using var teacher = new Mlp(1234);
        using var scope = no_grad();
        random.manual_seed(99);
        return
        [
            .. Enumerable.Range(0, count).Select(_ =>
            {
                Tensor x = randn(rows, 8);
                return (x.to(dtype), teacher.call(x).to(dtype));
            }),
        ];
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _first.Dispose();
            _second.Dispose();
        }

        base.Dispose(disposing);
    }
}
