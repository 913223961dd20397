namespace Optimi.Tests;

/// <summary>Schedules after each other, on top of each other, and hands in between.</summary>
internal sealed class ComposedScheduleTests : ScheduleFixture
{
    [Test]
    public void Schedules_made_one_after_another_start_from_the_same_rate()
    {
        using AdamW optimizer = Optimizer(0.5, 2);
        _ = new LinearLR(optimizer, startFactor: 0.25);
        Assert.That(Rates(optimizer), Is.EqualTo((double[])[0.125, 0.5]));
        _ = new LambdaLR(optimizer, _ => 0.5);
        Assert.That(Rates(optimizer), Is.EqualTo((double[])[0.25, 1]));
    }

    [Test]
    public void A_sequence_begins_with_its_first_schedule()
    {
        using AdamW optimizer = Optimizer(0.5);
        LRScheduler[] schedulers = [new ConstantLR(optimizer, 0.5, 9), new ConstantLR(optimizer, 0.25, 9), new StepLR(optimizer, 1, 0.5)];
        AssertNear(
            RatesOf(new SequentialLR(optimizer, schedulers, milestones: [2, 4]), 7),
            [0.25, 0.25, 0.125, 0.125, 0.5, 0.25, 0.125]);
    }

    [Test]
    public void A_multiplicative_schedule_in_a_sequence_goes_on_from_the_rate_at_hand()
    {
        using AdamW optimizer = Optimizer(0.5);
        LRScheduler[] schedulers = [new ExponentialLR(optimizer, 0.5), new MultiplicativeLR(optimizer, _ => 0.1)];
        AssertNear(RatesOf(new SequentialLR(optimizer, schedulers, milestones: [2]), 5), [0.5, 0.25, 0.25, 0.025, 0.0025]);
    }

    [Test]
    public void A_nested_sequence_counts_its_own_steps()
    {
        using AdamW optimizer = Optimizer(1);
        var inner = new SequentialLR(optimizer, [new ConstantLR(optimizer, 0.5, 9), new ExponentialLR(optimizer, 0.5)], milestones: [2]);
        LRScheduler[] schedulers = [new ConstantLR(optimizer, 0.1, 9), inner];
        AssertNear(RatesOf(new SequentialLR(optimizer, schedulers, milestones: [3]), 8), [0.1, 0.1, 0.1, 0.5, 0.5, 1, 0.5, 0.25]);
    }

    [Test]
    public void A_rate_changed_by_hand_stays_in_effect()
    {
        using AdamW optimizer = Optimizer(0.5, 0.5);
        var schedule = new StepLR(optimizer, 2, 0.5);
        schedule.Step();
        optimizer.Groups[1].Lr = 4;
        schedule.Step();
        Assert.That(Rates(optimizer), Is.EqualTo((double[])[0.25, 2]));
        Assert.That(schedule.LastLr, Is.EqualTo((double[])[0.25, 2]));
        Assert.That(schedule.StepCount, Is.EqualTo(2));
    }

    [Test]
    public void Values_between_chained_schedules_are_never_seen()
    {
        var options = new AdamWOptions { Lr = 1, WeightDecay = 1e-4, DecoupleLr = true };
        using var optimizer = new AdamW([Second], options);
        // Without the second the rate would be 1.25 for a moment.
        var schedule = new ChainedScheduler(new ConstantLR(optimizer, 0.8, 1), new MultiplicativeLR(optimizer, _ => 0.5));
        optimizer.Lr = 1;
        var warnings = new List<string>();
        Warnings.Raised += Listen;
        schedule.Step();
        Warnings.Raised -= Listen;
        Assert.That(optimizer.Lr, Is.EqualTo(0.625));
        Assert.That(warnings, Is.Empty);

        void Listen(object? sender, WarningEventArgs warning)
        {
            if (sender == (object)optimizer)
                warnings.Add(warning.Message);
        }
    }

    [Test]
    public void A_rate_above_the_highest_is_warned_of_while_the_schedule_goes_on()
    {
        var options = new AdamWOptions { Lr = 0.001, WeightDecay = 1e-4, DecoupleLr = true };
        using var optimizer = new AdamW([Second], options);
        var warnings = new List<string>();
        Warnings.Raised += Listen;
        var schedule = new OneCycleLR(optimizer, maxLr: 0.1, totalSteps: 4);
        schedule.Step();
        Warnings.Raised -= Listen;
        Assert.That(schedule.StepCount, Is.EqualTo(1));
        Assert.That(warnings, Has.Count.EqualTo(1));
        Assert.That(warnings[0], Does.Contain("is above MaxLr 0.001"));

        void Listen(object? sender, WarningEventArgs warning)
        {
            if (sender == (object)optimizer)
                warnings.Add(warning.Message);
        }
    }
}
