using Optimi;

namespace FusedTests;

/// <summary>Checkpoints: an optimizer that loads one goes on as the one that saved it, to the last bit.</summary>
internal sealed class CheckpointTests
{
    private static IEnumerable<TestCaseData> Optimizers =>
    [
        Case("AdamW", ScalarType.BFloat16, p => new FusedAdamW(p, 1e-3, 0.9, 0.99, weight_decay: 0.1), p => new FusedAdamW(p, 1e-2)),
        Case("SGD", ScalarType.Float32, p => new FusedSGD(p, 1e-2, 0.9, 0.9), p => new FusedSGD(p, 1, 0.5)),
        Case("Ranger", ScalarType.Float32, p => new FusedRanger(p, 1e-3, 0.8, k: 3), p => new FusedRanger(p, 1e-2)),
        Case("Lion", ScalarType.BFloat16, p => new FusedLion(p, 1e-3, 0.8), p => new FusedLion(p, 1e-2)),
    ];

    [TestCaseSource(nameof(Optimizers))]
    public void Rates_and_options_of_a_late_schedule_are_gone_on_with(
        ScalarType dtype, Func<IEnumerable<Parameter>, FusedOptimizer> make, Func<IEnumerable<Parameter>, FusedOptimizer> makeOther)
    {
        using var file = new TestFile();
        using var first = new Training(dtype, make);
        first.Run(5);
        Change(first.Optimizer);
        ((FusedOptimizer)first.Optimizer).save_checkpoint(file.Path);
        using var second = new Training(dtype, makeOther);
        second.Run(2);
        // What was handed out before has no part in what is loaded.
        _ = second.Optimizer.state_dict();
        ((FusedOptimizer)second.Optimizer).load_checkpoint(file.Path);
        Assert.That(second.Optimizer.ParamGroups.Single().LearningRate, Is.EqualTo(first.Optimizer.ParamGroups.Single().LearningRate));
        first.Run(10);
        second.Run(10);
        Assert.That(Weights.Distance(first.Model, second.Model), Is.Zero);
    }

    [Test]
    public void What_the_base_class_has_loaded_is_saved()
    {
        using var states = new TestFile();
        using var file = new TestFile();
        using var first = new Training(ScalarType.Float32, p => new FusedAdamW(p));
        using var second = new Training(ScalarType.Float32, p => new FusedAdamW(p));
        using var third = new Training(ScalarType.Float32, p => new FusedAdamW(p));
        first.Run(5);
        first.Optimizer.save_state_dict(states.Path);
        first.CopyTo(second, (_, to) => to.load_state_dict(states.Path));
        ((FusedOptimizer)second.Optimizer).save_checkpoint(file.Path);
        ((FusedOptimizer)third.Optimizer).load_checkpoint(file.Path);
        first.Run(5);
        third.Run(5);
        Assert.That(Weights.Distance(first.Model, third.Model), Is.Zero);
    }

    [Test]
    public void Rates_can_be_left_as_they_are()
    {
        using var file = new TestFile();
        using var first = new Training(ScalarType.Float32, p => new FusedAdamW(p));
        using var second = new Training(ScalarType.Float32, p => new FusedAdamW(p, 0.5));
        ((FusedOptimizer)first.Optimizer).save_checkpoint(file.Path);
        ((FusedOptimizer)second.Optimizer).load_checkpoint(file.Path, new CheckpointLoadOptions { RestoreOptions = false });
        Assert.That(second.Optimizer.ParamGroups.Single().LearningRate, Is.EqualTo(0.5));
        Assert.That(((FusedOptimizer)second.Optimizer).Engine.Lr, Is.EqualTo(0.5));
    }

    private static void Change(OptimizerHelper optimizer)
    {
        optim.ILearningRateController group = optimizer.ParamGroups.Single();
        group.LearningRate *= 0.1;
        if (group is optim.IBetas betas)
            betas.Betas = (0.7, 0.8);
    }

    private static TestCaseData Case(
        string name,
        ScalarType dtype,
        Func<IEnumerable<Parameter>, FusedOptimizer> make,
        Func<IEnumerable<Parameter>, FusedOptimizer> makeOther) => new TestCaseData(dtype, make, makeOther).SetArgDisplayNames(name);
}
