using Optimi;

namespace FusedTests;

/// <summary>Gradient release: the same weights, and no gradients left.</summary>
internal sealed class GradientReleaseTests
{
    private const int Steps = 50;

    [Test]
    public void Weights_are_the_same_and_no_gradient_is_left()
    {
        using Layers kept = Train(release: false);
        using Layers released = Train(release: true);
        Assert.That(Weights.Distance(kept, released), Is.Zero);
        Assert.That(released.parameters().Select(parameter => parameter.grad), Is.All.Null);
        Assert.That(kept.parameters().Select(parameter => parameter.grad), Has.None.Null);
    }

    [Test]
    public void What_is_not_released_is_stepped_by_step()
    {
        using Layers kept = Train(release: false);
        using Layers half = Train(release: true, half: true);
        Assert.That(Weights.Distance(kept, half), Is.Zero);
        Assert.That(half.parameters().Count(parameter => parameter.grad is null), Is.EqualTo(2));
    }

    [Test]
    public void Without_a_gradient_wanted_nothing_is_stepped()
    {
        using var model = new Layers();
        using var optimizer = new FusedAdamW(model.parameters());
        model.Release = optimizer.Release;
        float[] before = Weights.Of(model);
        using (no_grad())
            _ = model.call(ones(4, 8));
        Assert.That(Weights.Of(model), Is.EqualTo(before));
    }

    [Test]
    public void An_error_in_the_backward_pass_is_thrown_by_the_next_step()
    {
        using var model = new Layers();
        using var optimizer = new FusedAdamW(model.named_parameters());
        model.Release = optimizer.Release;
        Tensor loss = model.call(ones(4, 8)).sum();
        ((AdamW.ParamGroup)optimizer.ParamGroups.Single()).Options.beta1 = 2;
        loss.backward();
        Assert.That(() => optimizer.step(), Throws.InstanceOf<OptionException>().With.Message.Contains("Beta1"));
        ((AdamW.ParamGroup)optimizer.ParamGroups.Single()).Options.beta1 = 0.9;
        Assert.That(() => optimizer.step(), Throws.Nothing);
    }

    [Test]
    public void Only_the_optimizers_own_parameters_are_released()
    {
        using var model = new Layers();
        using var other = new Layers();
        using var optimizer = new FusedAdamW(model.parameters());
        Assert.That(() => optimizer.Release(other.parameters().First()), Throws.InstanceOf<ParameterException>().With.Message.Contains("add_param_group"));
    }

    [Test]
    public void What_needs_all_gradients_is_refused()
    {
        using var model = new Layers();
        using var optimizer = new FusedAdamW(model.parameters());
        model.Release = optimizer.Release;
        optimizer.Engine.MaxNorm = 1;
        Assert.That(() => model.call(ones(4, 8)), Throws.InstanceOf<OptionException>().With.Message.Contains("MaxNorm"));
        optimizer.Engine.MaxNorm = null;
        optimizer.Engine.ClipValue = 1;
        model.call(ones(4, 8)).sum().backward();
        Assert.That(() => optimizer.step(), Throws.Nothing);
        Assert.That(optimizer.Engine.StepCount(optimizer.Engine.Groups[0].Parameters[0]), Is.EqualTo(1));
    }

    private static Layers Train(bool release, bool half = false)
    {
        (Tensor X, Tensor Y)[] batches = Mlp.Batches(5);
        var model = new Layers();
        using var optimizer = new FusedAdamW(model.parameters(), 1e-2);
        Parameter[] ofFirst = [.. model.parameters().Take(2)];
        if (release)
            model.Release = half ? parameter => ofFirst.Any(one => ReferenceEquals(one, parameter)) ? optimizer.Release(parameter) : parameter : optimizer.Release;
        for (int step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            nn.functional.mse_loss(model.call(batches[step % 5].X), batches[step % 5].Y).backward();
            optimizer.step();
        }

        return model;
    }

    /// <summary>A model that names its parameters in its forward pass.</summary>
    private sealed class Layers : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter _first;
        private readonly Parameter _firstBias;
        private readonly Parameter _second;
        private readonly Parameter _secondBias;

        public Layers()
            : base(nameof(Layers))
        {
            random.manual_seed(1);
            _first = nn.Parameter(randn(16, 8));
            _firstBias = nn.Parameter(zeros(16));
            _second = nn.Parameter(randn(1, 16));
            _secondBias = nn.Parameter(zeros(1));
            RegisterComponents();
        }

        public Func<Parameter, Tensor> Release { get; set; } = parameter => parameter;

        public override Tensor forward(Tensor input)
        {
            Tensor hidden = nn.functional.tanh(nn.functional.linear(input, Release(_first), Release(_firstBias)));
            return nn.functional.linear(hidden, Release(_second), Release(_secondBias));
        }
    }
}
