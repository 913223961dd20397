using Optimi;

namespace Snippets;

/// <summary>The C# of the page on TorchSharp.</summary>
internal sealed class TorchSharpSnippets
{
    private static Tensor X => torch.ones(4, 8);
    private static Tensor Y => torch.ones(4, 1);

    [Test]
    public void Training()
    {
        using var model = new Model();
        Tensor x = X;
        Tensor y = Y;

        using var optimizer = new FusedAdamW(model.named_parameters(), lr: 1e-3);
        var schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max: 100);
        for (int step = 0; step < 100; step++)
        {
            optimizer.zero_grad();
            nn.functional.mse_loss(model.call(x), y).backward();
            optimizer.step();
            schedule.step();
        }

        Assert.That(optimizer.Engine.Lr, Is.LessThan(1e-5));
    }

    [Test]
    public void Groups()
    {
        using var model = new Model();

        var matrices = model.parameters().Where(parameter => parameter.dim() > 1);
        var others = model.parameters().Where(parameter => parameter.dim() <= 1);
        using var optimizer = new FusedAdamW(
        [
            new AdamW.ParamGroup(matrices, lr: 1e-3, weight_decay: 0.1),
            new AdamW.ParamGroup(others, lr: 1e-3),
        ]);

        Assert.That(optimizer.ParamGroups.Count(), Is.EqualTo(2));
    }

    [Test]
    public void Options()
    {
        using var model = new Model();
        model.to(ScalarType.BFloat16);
        Tensor x = X.to(ScalarType.BFloat16);
        Tensor y = Y.to(ScalarType.BFloat16);

        using var optimizer = new FusedAdamW(model.parameters(), configure: options => options.With(Precision.Compressed));
        optimizer.Engine.MaxNorm = 1;
        nn.functional.mse_loss(model.call(x), y).backward();
        StepStatistics statistics = optimizer.step_with_statistics();

        Assert.That(statistics.GradientNorm, Is.GreaterThan(0));
        Assert.That(((AdamWOptions)optimizer.Engine.Groups[0].Options).CompressedStates);
    }

    [Test]
    public void States()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        string path = Path.Combine(folder, "states");
        using var model = new Model();
        using var optimizer = new FusedAdamW(model.parameters());
        using var torchAdamW = optim.AdamW(model.parameters());
        nn.functional.mse_loss(model.call(X), Y).backward();
        optimizer.step();

        optimizer.save_state_dict(path);
        optimizer.load_state_dict(path);
        torchAdamW.load_state_dict(optimizer.state_dict());
        optimizer.load_state_dict(torchAdamW.state_dict());

        path = Path.Combine(folder, "run.safetensors");
        optimizer.step();

        optimizer.save_checkpoint(path);
        optimizer.load_checkpoint(path);

        Directory.Delete(folder, recursive: true);
        Assert.That(optimizer.Engine.StepCount(optimizer.Engine.Groups[0].Parameters[0]), Is.EqualTo(2));
    }

    [Test]
    public void Release()
    {
        using var model = new ReleasedLayer();
        Tensor x = X;
        Tensor y = Y;

        using var optimizer = new FusedAdamW(model.parameters());
        model.Release = optimizer.Release;
        nn.functional.mse_loss(model.call(x), y).backward();

        Assert.That(model.parameters().Select(parameter => parameter.grad), Is.All.Null);
        Assert.That(optimizer.Engine.StepCount(optimizer.Engine.Groups[0].Parameters[1]), Is.EqualTo(1));
    }

    private sealed class Model : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Linear _layer = nn.Linear(8, 1);

        public Model()
            : base(nameof(Model)) => RegisterComponents();

        public override Tensor forward(Tensor input) => _layer.call(input);
    }

    private sealed class ReleasedLayer : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter _weight = nn.Parameter(torch.ones(1, 8));
        private readonly Parameter _bias = nn.Parameter(torch.zeros(1));

        public ReleasedLayer()
            : base(nameof(ReleasedLayer)) => RegisterComponents();

        public Func<Parameter, Tensor> Release { get; set; } = parameter => parameter;

        public override Tensor forward(Tensor input) =>
            nn.functional.linear(input, Release(_weight), Release(_bias));
    }
}
