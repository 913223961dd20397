namespace Optimi.Tests;

/// <summary>What schedules can change.</summary>
internal sealed class ScheduleTargetTests : ScheduleFixture
{
    [Test]
    public void Weight_decay_follows_a_schedule_and_the_rate_stays()
    {
        using AdamW optimizer = Optimizer(0.5, 0.25);
        var schedule = new CosineAnnealingLR(optimizer, tMax: 2, etaMin: 0.01, target: ScheduleTarget.WeightDecay);
        schedule.Step();
        AssertNear([.. optimizer.Groups.Select(group => group.Options.WeightDecay)], [0.03, 0.0175]);
        AssertNear(schedule.LastLr, [0.03, 0.0175]);
        Assert.That(Rates(optimizer), Is.EqualTo((double[])[0.5, 0.25]));
    }

    private static IEnumerable<TestCaseData> Momenta =>
        from optimizer in TestOptimizer.All
        where optimizer.Name != "sgd"
        select new TestCaseData(optimizer);

    [TestCaseSource(nameof(Momenta))]
    public void Momentum_cycles_against_the_rate_in_every_optimizer(TestOptimizer row)
    {
        using Optimizer optimizer = row.Create(new ParameterGroup(Parameters, row.Options));
        var schedule = new OneCycleLR(
            optimizer, maxLr: 0.01, totalSteps: 21, pctStart: 0.5, AnnealStrategy.Linear, baseMomentum: 0.5, maxMomentum: 0.9);
        for (int step = 0; step < 21; step++)
        {
            double expected = 0.9 - (0.4 * ScheduleReference.OneCycleRise(step, 21, 0.5));
            Assert.That(ScheduleTarget.Momentum.Get(optimizer.Groups[0]), Is.EqualTo(expected).Within(1e-12));
            schedule.Step();
        }
    }

    [Test]
    public void Momentum_is_sgds_momentum_and_adams_first_beta()
    {
        using var sgd = new SGD([First], lr: 0.1, momentum: 0.5);
        using var adam = new AdamW([Second], lr: 0.1);
        foreach (Optimizer optimizer in (Optimizer[])[sgd, adam])
            new ConstantLR(optimizer, 0.5, target: ScheduleTarget.Momentum).Step();
        Assert.That(((SGDOptions)sgd.Groups[0].Options).Momentum, Is.EqualTo(0.25));
        Assert.That(((AdamWOptions)adam.Groups[0].Options).Beta1, Is.EqualTo(0.45));
    }

    [Test]
    public void Cyclic_momentum_is_highest_where_the_rate_is_lowest()
    {
        using AdamW optimizer = Optimizer(0.1, 0.1);
        double[] highest = [0.3, 0.4];
        var schedule = new CyclicLR(
            optimizer, baseLr: [0.1, 0.2], maxLr: highest, stepSizeUp: 4, mode: CyclicMode.Triangular2, maxMomentum: [0.9, 0.96]);
        for (int step = 0; step < 20; step++)
        {
            double height = ScheduleReference.Cyclic(step, 0, 1, 4, 4, CyclicMode.Triangular2, 1);
            AssertNear(Rates(optimizer), [0.1 + (0.2 * height), 0.2 + (0.2 * height)]);
            AssertNear(
                [.. optimizer.Groups.Select(ScheduleTarget.Momentum.Get)], [0.9 - (0.1 * height), 0.96 - (0.16 * height)]);
            schedule.Step();
        }
    }

    [Test]
    public void Any_other_number_of_the_options_can_be_a_target()
    {
        var beta2 = ScheduleTarget.Of<AdamWOptions>("beta2", options => options.Beta2, (options, value) => options with { Beta2 = value });
        using AdamW optimizer = Optimizer(0.1);
        new LambdaLR(optimizer, step => step == 0 ? 1 : 0.5, beta2).Step();
        Assert.That(((AdamWOptions)optimizer.Groups[0].Options).Beta2, Is.EqualTo(0.495));
        using var sgd = new SGD([Second], lr: 0.1);
        Refused<OptionException>(() => _ = new StepLR(sgd, 1, target: beta2), "SGDOptions have no beta2");
    }

    [Test]
    public void Chained_schedules_may_have_different_targets()
    {
        using AdamW optimizer = Optimizer(0.5);
        var schedule = new ChainedScheduler(
            new StepLR(optimizer, 1, 0.5), new ExponentialLR(optimizer, 0.1, ScheduleTarget.WeightDecay));
        schedule.Step();
        Assert.That(optimizer.Lr, Is.EqualTo(0.25));
        AssertNear([optimizer.Groups[0].Options.WeightDecay], [0.005]);
        AssertNear(schedule.LastLr, [0.005]);
    }

    [Test]
    public void Sgd_without_momentum_cannot_cycle_it()
    {
        using var sgd = new SGD([Second], lr: 0.1);
        Refused<OptionException>(() => _ = new OneCycleLR(sgd, 0.1, 10), "Group 0 cannot have baseMomentum 0.85");
        Assert.That(sgd.Lr, Is.EqualTo(0.1));
        using var with = new SGD([First], lr: 0.1, momentum: 0.9);
        Refused<OptionException>(() => _ = new OneCycleLR(with, 0.1, 10, baseMomentum: 0), "(cycleMomentum: false)");
        Refused<OptionException>(() => _ = new CyclicLR(with, 0, 0.1, maxMomentum: 1), "maxMomentum is 1");
        Assert.That(((SGDOptions)with.Groups[0].Options).Momentum, Is.EqualTo(0.9));
        new OneCycleLR(sgd, 0.1, 10, cycleMomentum: false).Step();
    }
}
