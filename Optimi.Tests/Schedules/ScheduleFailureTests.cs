namespace Optimi.Tests;

/// <summary>What is refused, and that nothing has changed then.</summary>
internal sealed class ScheduleFailureTests : ScheduleFixture
{
    private static IEnumerable<TestCaseData> Refusals =>
    [
        Row("stepSize is 0", optimizer => new StepLR(optimizer, 0)),
        Row("gamma is NaN", optimizer => new StepLR(optimizer, 1, double.NaN)),
        Row("milestones is -1", optimizer => new MultiStepLR(optimizer, [3, -1])),
        Row("gamma is -0.5", optimizer => new ExponentialLR(optimizer, -0.5)),
        Row("startFactor is 0", optimizer => new LinearLR(optimizer, 0)),
        Row("endFactor is 1.5", optimizer => new LinearLR(optimizer, 1, 1.5)),
        Row("totalIters is 0", optimizer => new LinearLR(optimizer, 1, 1, 0)),
        Row("factor is 0", optimizer => new ConstantLR(optimizer, 0)),
        Row("totalIters is -3", optimizer => new ConstantLR(optimizer, 1, -3)),
        Row("totalIters is 0", optimizer => new PolynomialLR(optimizer, 0)),
        Row("power is -1", optimizer => new PolynomialLR(optimizer, 1, -1)),
        Row("tMax is 0", optimizer => new CosineAnnealingLR(optimizer, 0)),
        Row("etaMin is -1", optimizer => new CosineAnnealingLR(optimizer, 1, -1)),
        Row("t0 is 0", optimizer => new CosineAnnealingWarmRestarts(optimizer, 0)),
        Row("tMult is 0", optimizer => new CosineAnnealingWarmRestarts(optimizer, 1, 0)),
        Row("maxLr has 3 numbers, but the optimizer has 2 groups", optimizer => new OneCycleLR(optimizer, [1, 2, 3], 10)),
        Row("maxLr is Infinity", optimizer => new OneCycleLR(optimizer, double.PositiveInfinity, 10)),
        Row("totalSteps is 0", optimizer => new OneCycleLR(optimizer, 1, 0)),
        Row("pctStart is 1.5", optimizer => new OneCycleLR(optimizer, 1, 10, 1.5)),
        Row("pctStart is 0.6", optimizer => new OneCycleLR(optimizer, 1, 10, 0.6, threePhase: true)),
        Row("annealStrategy is 9", optimizer => new OneCycleLR(optimizer, 1, 10, annealStrategy: (AnnealStrategy)9)),
        Row("divFactor is 0", optimizer => new OneCycleLR(optimizer, 1, 10, divFactor: 0)),
        Row("finalDivFactor is 0", optimizer => new OneCycleLR(optimizer, 1, 10, finalDivFactor: 0)),
        Row("baseMomentum is -1", optimizer => new OneCycleLR(optimizer, 1, 10, baseMomentum: -1)),
        Row("baseLr has 1 numbers", optimizer => new CyclicLR(optimizer, [1], 2)),
        Row("stepSizeUp is 0", optimizer => new CyclicLR(optimizer, 1, 2, 0)),
        Row("stepSizeDown is 0", optimizer => new CyclicLR(optimizer, 1, 2, 1, 0)),
        Row("mode is 9", optimizer => new CyclicLR(optimizer, 1, 2, mode: (CyclicMode)9)),
        Row("lrLambda has 1 functions, but the optimizer has 2 groups", optimizer => new LambdaLR(optimizer, [_ => 1])),
        Row("The learning rate of group 0 at step 0 of LambdaLR is NaN", optimizer => new LambdaLR(optimizer, _ => double.NaN)),
        Row("lrLambda has 0 functions", optimizer => new MultiplicativeLR(optimizer, [])),
        Row("warmupSteps is -1", optimizer => new WarmupStableDecayLR(optimizer, -1, 1, 1)),
        Row("stableSteps is -1", optimizer => new WarmupStableDecayLR(optimizer, 1, -1, 1)),
        Row("decaySteps is -1", optimizer => new WarmupStableDecayLR(optimizer, 1, 1, -1)),
        Row("decay is 9", optimizer => new WarmupStableDecayLR(optimizer, 1, 1, 1, (DecayShape)9)),
        Row("minLrRatio is 2", optimizer => new WarmupStableDecayLR(optimizer, 1, 1, 1, minLrRatio: 2)),
        Row("factor is 1", optimizer => new ReduceLROnPlateau(optimizer, factor: 1)),
        Row("mode is 9", optimizer => new ReduceLROnPlateau(optimizer, (PlateauMode)9)),
        Row("thresholdMode is 9", optimizer => new ReduceLROnPlateau(optimizer, thresholdMode: (ThresholdMode)9)),
        Row("patience is -1", optimizer => new ReduceLROnPlateau(optimizer, patience: -1)),
        Row("cooldown is -1", optimizer => new ReduceLROnPlateau(optimizer, cooldown: -1)),
        Row("minLr has 3 numbers", optimizer => new ReduceLROnPlateau(optimizer, minLr: [1, 2, 3])),
        Row("eps is -1", optimizer => new ReduceLROnPlateau(optimizer, eps: -1)),
        Row("schedulers is empty", optimizer => new SequentialLR(optimizer, [], [])),
        Row("schedulers is empty", _ => new ChainedScheduler()),
        Row("milestones has 1 steps for 1 schedules", optimizer => new SequentialLR(optimizer, [new StepLR(optimizer, 1)], [1])),
        Row("milestones[0] is 0", optimizer => new SequentialLR(optimizer, [new StepLR(optimizer, 1), new StepLR(optimizer, 1)], [0])),
        Row(
            "milestones[1] is 5, but it must be at least 6",
            optimizer => new SequentialLR(optimizer, [new StepLR(optimizer, 1), new StepLR(optimizer, 1), new StepLR(optimizer, 1)], [5, 5])),
        Row("StepLR of the weight decay after one of the learning rate", optimizer => new SequentialLR(
            optimizer, [new StepLR(optimizer, 1), new StepLR(optimizer, 1, target: ScheduleTarget.WeightDecay)], [1])),
        Row("the same StepLR twice", optimizer =>
        {
            var schedule = new StepLR(optimizer, 1);
            return new ChainedScheduler(schedule, schedule);
        }),
    ];

    [TestCaseSource(nameof(Refusals))]
    public void Arguments_are_refused_by_name_and_rates_stay(string text, Func<Optimizer, Schedule> create)
    {
        using AdamW optimizer = Optimizer(0.5, 0.25);
        OptimizerOptions[] before = [.. optimizer.Groups.Select(group => group.Options)];
        Refused<OptionException>(() => create(optimizer), text);
        Assert.That(Rates(optimizer), Is.EqualTo((double[])[0.5, 0.25]));
        Assert.That(optimizer.Groups.Select(group => group.Options), Is.EqualTo(before));
    }

    [Test]
    public void Schedules_of_two_optimizers_are_not_parts_of_one()
    {
        using AdamW one = Optimizer(0.5);
        using AdamW other = Optimizer(0.5);
        LRScheduler[] schedulers = [new StepLR(one, 1), new StepLR(other, 1)];
        Refused<OptionException>(() => _ = new SequentialLR(one, schedulers, [1]), "a StepLR of another optimizer in place 1");
        Refused<OptionException>(() => _ = new ChainedScheduler(schedulers), "a StepLR of another optimizer in place 1");
    }

    [Test]
    public void A_step_that_fails_leaves_all_groups_and_schedules_as_they_were()
    {
        using AdamW optimizer = Optimizer(0.5, 0.25);
        bool fails = false;
        var chain = new ChainedScheduler(
            new ExponentialLR(optimizer, 0.5),
            new StepLR(optimizer, 1, target: ScheduleTarget.WeightDecay),
            new LambdaLR(optimizer, [_ => 0.5, _ => fails ? double.NaN : 0.5]));
        chain.Step();
        string before = chain.SaveState().ToJson();
        OptimizerOptions[] options = [.. optimizer.Groups.Select(group => group.Options)];
        fails = true;
        Refused<OptionException>(chain.Step, "The learning rate of group 1 at step 2 of LambdaLR is NaN");
        Assert.That(chain.SaveState().ToJson(), Is.EqualTo(before));
        Assert.That(optimizer.Groups.Select(group => group.Options), Is.EqualTo(options));
        fails = false;
        chain.Step();
        Assert.That(chain.StepCount, Is.EqualTo(2));
        Assert.That(chain.Schedulers.Select(schedule => schedule.StepCount), Is.All.EqualTo(2));
    }

    [Test]
    public void What_a_function_throws_is_passed_on_and_nothing_has_changed()
    {
        using AdamW optimizer = Optimizer(0.5, 0.25);
        var schedule = new MultiplicativeLR(optimizer, [_ => 0.5, _ => throw new TimeoutException()]);
        Assert.That(schedule.Step, Throws.TypeOf<TimeoutException>());
        Assert.That(Rates(optimizer), Is.EqualTo((double[])[0.5, 0.25]));
        Assert.That(schedule.StepCount, Is.Zero);
    }

    [Test]
    public void Options_that_a_later_group_refuses_are_set_in_no_group()
    {
        using AdamW optimizer = Optimizer(0.5, 0.25);
        var schedule = new LambdaLR(optimizer, [step => step == 0 ? 1 : 0.5, step => step == 0 ? 1 : 1.2], ScheduleTarget.Momentum);
        Refused<OptionException>(schedule.Step, "Beta1 is 1.08");
        Assert.That(optimizer.Groups.Select(ScheduleTarget.Momentum.Get), Is.All.EqualTo(0.9));
    }

    [Test]
    public void A_refused_schedule_does_not_fix_the_rate_that_later_ones_start_from()
    {
        using AdamW optimizer = Optimizer(0.5);
        Refused<OptionException>(() => _ = new LambdaLR(optimizer, _ => -1), "is -0.5");
        optimizer.Lr = 0.25;
        _ = new LambdaLR(optimizer, _ => 1);
        Assert.That(optimizer.Lr, Is.EqualTo(0.25));
    }

    [Test]
    public void A_group_added_later_is_refused_and_a_new_schedule_takes_it()
    {
        using AdamW optimizer = Optimizer(0.5);
        var schedule = new StepLR(optimizer, 1, 0.5);
        var plateau = new ReduceLROnPlateau(optimizer);
        schedule.Step();
        ScheduleState state = schedule.SaveState();
        optimizer.AddGroup([Second], new AdamWOptions { Lr = 2 });
        Assert.Multiple(() =>
        {
            Refused<ScheduleException>(schedule.Step, "has 2 groups, but had 1 when the schedule was made");
            Refused<ScheduleException>(() => plateau.Step(1), "add all groups first, or make a new schedule");
            Refused<ScheduleException>(() => schedule.SaveState(), "has 2 groups");
            Refused<ScheduleException>(() => schedule.LoadState(state), "has 2 groups");
        });
        Assert.That(Rates(optimizer), Is.EqualTo((double[])[0.25, 2]));
        new StepLR(optimizer, 1, 0.5).Step();
        Assert.That(Rates(optimizer), Is.EqualTo((double[])[0.125, 1]));
    }

    [Test]
    public void A_listener_that_throws_leaves_the_step_made()
    {
        var options = new AdamWOptions { Lr = 0.125, WeightDecay = 1e-4, DecoupleLr = true };
        using var optimizer = new AdamW(new ParameterGroup([First], options), new ParameterGroup([Second], options));
        var schedule = new MultiplicativeLR(optimizer, _ => 2);
        Warnings.Raised += Throw;
        Assert.That(schedule.Step, Throws.TypeOf<TimeoutException>());
        Warnings.Raised -= Throw;
        Assert.That(Rates(optimizer), Is.All.EqualTo(0.25));
        Assert.That(schedule.StepCount, Is.EqualTo(1));

        void Throw(object? sender, WarningEventArgs warning)
        {
            if (sender == (object)optimizer)
                throw new TimeoutException();
        }
    }

    private static TestCaseData Row(string text, Func<Optimizer, Schedule> create) => new TestCaseData(text, create).SetArgDisplayNames(text);
}
