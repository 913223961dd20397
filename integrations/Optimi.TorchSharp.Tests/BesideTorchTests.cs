namespace FusedTests;

/// <summary>Training beside TorchSharp's own optimizers: the same model, batches and schedule end with the same weights.</summary>
internal sealed class BesideTorchTests
{
    private const int Steps = 200;

    private static TestCaseData Case(
        string name, Func<IEnumerable<Parameter>, OptimizerHelper> fused, Func<IEnumerable<Parameter>, OptimizerHelper> torchs) =>
        new TestCaseData(fused, torchs).SetArgDisplayNames(name);

    private static IEnumerable<TestCaseData> Optimizers =>
    [
        Case("AdamW", p => new FusedAdamW(p, 1e-3, weight_decay: 0.01), p => optim.AdamW(p, 1e-3, weight_decay: 0.01)),
        Case("AdamW's defaults", p => new FusedAdamW(p), p => optim.AdamW(p)),
        Case("Adam", p => new FusedAdam(p, weight_decay: 0.01), p => optim.Adam(p, weight_decay: 0.01)),
        Case("Adam, maximize", p => new FusedAdam(p, 1e-4, maximize: true), p => optim.Adam(p, 1e-4, maximize: true)),
        Case("SGD", p => new FusedSGD(p, 1e-2, weight_decay: 0.01), p => optim.SGD(p, 1e-2, weight_decay: 0.01)),
        Case("SGD, momentum", p => new FusedSGD(p, 1e-2, 0.9), p => optim.SGD(p, 1e-2, 0.9)),
        Case("SGD, dampening", p => new FusedSGD(p, 1e-2, 0.9, 0.9), p => optim.SGD(p, 1e-2, 0.9, 0.9)),
    ];

    [TestCaseSource(nameof(Optimizers))]
    public void Weights_are_those_of_torch(
        Func<IEnumerable<Parameter>, OptimizerHelper> fused, Func<IEnumerable<Parameter>, OptimizerHelper> torchs) =>
        AssertSame(model => fused(model.parameters()), model => torchs(model.parameters()), _ => null);

    [Test]
    public void Weights_are_those_of_torch_under_a_cosine() => AssertSame(
        model => new FusedAdamW(model.parameters(), 1e-2),
        model => optim.AdamW(model.parameters(), 1e-2),
        optimizer => optim.lr_scheduler.CosineAnnealingLR(optimizer, Steps, 1e-4));

    /// <summary>The weights of gradients in an average of Optimi's add up to 1, also where betas change; those of TorchSharp's then do not.
    /// So both train, but not to the same bits.</summary>
    [Test]
    public void One_cycle_of_rates_and_betas_is_taken_from_the_groups()
    {
        (Tensor x, Tensor y) = Mlp.Batches(1)[0];
        using var model = new Mlp(1);
        using var optimizer = new FusedAdamW(model.parameters(), 1e-3);
        optim.lr_scheduler.LRScheduler scheduler = optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, Steps);
        var group = (AdamW.ParamGroup)optimizer.ParamGroups.Single();
        double first = model.Backward(x, y);
        double last = first;
        var betas = new HashSet<double>();
        for (int step = 1; step < Steps; step++)
        {
            optimizer.step();
            Assert.That(((Optimi.AdamWOptions)optimizer.Engine.Groups[0].Options).Beta1, Is.EqualTo(group.Betas.Item1));
            Assert.That(optimizer.Engine.Lr, Is.EqualTo(group.LearningRate));
            betas.Add(group.Betas.Item1);
            scheduler.step();
            optimizer.zero_grad();
            last = model.Backward(x, y);
        }

        Assert.That(betas, Has.Count.GreaterThan(Steps / 2));
        Assert.That(last, Is.LessThan(first / 10));
    }

    [Test]
    public void Weights_are_those_of_torch_under_one_cycle_of_rates_and_momentum() => AssertSame(
        model => new FusedSGD(model.parameters(), 1e-3, 0.9),
        model => optim.SGD(model.parameters(), 1e-3, 0.9),
        optimizer => optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, Steps + 1));

    [Test]
    public void Weights_are_those_of_torch_with_two_groups() => AssertSame(
        model => new FusedAdamW(Groups(model), 1e-3),
        model => optim.AdamW(Groups(model), 1e-3),
        optimizer => optim.lr_scheduler.StepLR(optimizer, 50, 0.5));

    [Test]
    public void A_group_is_added_while_training() => AssertSame(
        model => WithLaterGroup(model, new FusedAdamW(model.parameters().Take(2))),
        model => WithLaterGroup(model, optim.AdamW(model.parameters().Take(2))),
        _ => null);

    [Test]
    public void RAdam_is_papers_where_torch_multiplies_by_the_rate_twice()
    {
        // A rate of 1 is the same once and twice.
        AssertSame(
            model => new FusedRAdam(model.parameters(), 1, beta1: 0.9, beta2: 0.9, eps: 1),
            model => optim.RAdam(model.parameters(), 1, beta1: 0.9, beta2: 0.9, eps: 1),
            _ => null,
            steps: 3);
    }

    [Test]
    public void A_closure_computes_the_loss()
    {
        (Tensor x, Tensor y) = Mlp.Batches(1)[0];
        using var model = new Mlp(1);
        using var optimizer = new FusedAdamW(model.parameters(), 1e-2);
        double First() => optimizer.step(() =>
        {
            optimizer.zero_grad();
            Tensor loss = nn.functional.mse_loss(model.call(x), y);
            loss.backward();
            return loss;
        })!.item<float>();
        double first = First();
        for (int i = 0; i < 50; i++)
            First();
        Assert.That(First(), Is.LessThan(first / 2));
    }

    [Test]
    public void Parameters_without_a_gradient_are_left_alone()
    {
        (Tensor x, Tensor y) = Mlp.Batches(1)[0];
        using var model = new Mlp(1);
        Parameter frozen = model.parameters().First();
        frozen.requires_grad_(false);
        float[] before = frozen.data<float>().ToArray();
        using var optimizer = new FusedAdamW(model.parameters(), weight_decay: 0.1);
        model.Backward(x, y);
        optimizer.step();
        Assert.That(frozen.data<float>().ToArray(), Is.EqualTo(before));
        Assert.That(optimizer.Engine.StepCount(optimizer.Engine.Groups[0].Parameters[0]), Is.Zero);
        Assert.That(optimizer.Engine.StepCount(optimizer.Engine.Groups[0].Parameters[1]), Is.EqualTo(1));
    }

    [Test]
    public void Groups_of_what_torch_has_not_have_options_of_Optimis()
    {
        (Tensor x, Tensor y) = Mlp.Batches(1)[0];
        using var model = new Mlp(1);
        var first = new FusedParamGroup<Optimi.LionOptions>(model.parameters().Take(2), new Optimi.LionOptions { Lr = 1e-3, WeightDecay = 0.1 });
        var second = new FusedParamGroup<Optimi.LionOptions> { Parameters = model.parameters().Skip(2) };
        using var optimizer = new FusedLion([first, second], 1e-4, configure: options => options with { Beta2 = 0.98 });
        optim.lr_scheduler.LRScheduler scheduler = optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, 10);
        model.Backward(x, y);
        optimizer.step();
        scheduler.step();
        optimizer.step();
        Optimi.LionOptions[] options = [.. optimizer.Engine.Groups.Select(group => (Optimi.LionOptions)group.Options)];
        Assert.That(options.Select(one => one.WeightDecay), Is.EqualTo([0.1, 0]));
        Assert.That(options.Select(one => one.Beta2), Is.All.EqualTo(0.98));
        Assert.That(options.Select(one => one.Beta1), Is.All.EqualTo(first.Betas.Item1).And.All.Not.EqualTo(0.9));
        Assert.That(optimizer.Engine.Groups[1].Lr, Is.EqualTo(second.LearningRate));
    }

    [Test]
    public void Clipping_is_the_engines()
    {
        (Tensor x, Tensor y) = Mlp.Batches(1)[0];
        using var model = new Mlp(1);
        using var optimizer = new FusedSGD(model.parameters(), 1);
        optimizer.Engine.MaxNorm = 0.01;
        float[] before = Weights.Of(model);
        model.Backward(x, y);
        optimizer.step();
        Assert.That(
            Math.Sqrt(Weights.Of(model).Zip(before, (after, was) => Math.Pow(after - was, 2)).Sum()), Is.EqualTo(0.01).Within(1).Percent);
    }

    private static AdamW.ParamGroup[] Groups(Mlp model) =>
    [
        new(model.parameters().Where(parameter => parameter.dim() > 1), lr: 5e-3, weight_decay: 0.1),
        new() { Parameters = model.parameters().Where(parameter => parameter.dim() == 1) },
    ];

    private static OptimizerHelper WithLaterGroup(Mlp model, OptimizerHelper optimizer)
    {
        optimizer.add_param_group(new AdamW.ParamGroup(model.parameters().Skip(2), lr: 1e-2));
        return optimizer;
    }

    private static void AssertSame(
        Func<Mlp, OptimizerHelper> fused, Func<Mlp, OptimizerHelper> torchs, Func<OptimizerHelper, optim.lr_scheduler.LRScheduler?> schedule,
        int steps = Steps)
    {
        (Tensor X, Tensor Y)[] batches = Mlp.Batches(10);
        using Mlp ours = Train(fused, schedule, batches, steps);
        using Mlp theirs = Train(torchs, schedule, batches, steps);
        double distance = Weights.Distance(ours, theirs);
        TestContext.Out.WriteLine($"largest difference {distance}");
        Assert.That(distance, Is.LessThan(1e-4));
    }

    private static Mlp Train(
        Func<Mlp, OptimizerHelper> make, Func<OptimizerHelper, optim.lr_scheduler.LRScheduler?> schedule, (Tensor X, Tensor Y)[] batches, int steps)
    {
        var model = new Mlp(1);
        using OptimizerHelper optimizer = make(model);
        optim.lr_scheduler.LRScheduler? scheduler = schedule(optimizer);
        for (int step = 0; step < steps; step++)
        {
            optimizer.zero_grad();
            model.Backward(batches[step % batches.Length].X, batches[step % batches.Length].Y);
            optimizer.step();
            scheduler?.step();
        }

        return model;
    }
}
