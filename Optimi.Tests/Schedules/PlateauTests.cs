namespace Optimi.Tests;

/// <summary>What a schedule makes of a metric.</summary>
internal sealed class PlateauTests : ScheduleFixture
{
    [TestCase(PlateauMode.Min, ThresholdMode.Rel, 0.25, 8, 6.5, 5.5)]
    [TestCase(PlateauMode.Min, ThresholdMode.Abs, 2, 8, 6.5, 5.5)]
    [TestCase(PlateauMode.Max, ThresholdMode.Rel, 0.25, 8, 9.5, 10.5)]
    [TestCase(PlateauMode.Max, ThresholdMode.Abs, 2, 8, 9.5, 10.5)]
    public void Only_what_passes_the_threshold_is_better(
        PlateauMode mode, ThresholdMode thresholdMode, double threshold, double first, double notEnough, double enough)
    {
        using AdamW optimizer = Optimizer(1);
        var schedule = new ReduceLROnPlateau(optimizer, mode, 0.5, patience: 0, threshold, thresholdMode);
        schedule.Step(first);
        schedule.Step(enough);
        Assert.That((optimizer.Lr, schedule.Best), Is.EqualTo((1, enough)));
        schedule = new ReduceLROnPlateau(optimizer, mode, 0.5, patience: 0, threshold, thresholdMode);
        schedule.Step(first);
        schedule.Step(notEnough);
        Assert.That((optimizer.Lr, schedule.Best), Is.EqualTo((0.5, first)));
    }

    [Test]
    public void Patience_and_cooldown_are_steps()
    {
        using AdamW optimizer = Optimizer(1);
        var schedule = new ReduceLROnPlateau(optimizer, factor: 0.5, patience: 1, cooldown: 3);
        double[] rates = [.. Enumerable.Range(0, 12).Select(_ =>
        {
            schedule.Step(1);
            return optimizer.Lr;
        })];
        // The first is better than none; then two bad ones, three of cooldown, two bad ones, and so on.
        Assert.That(rates, Is.EqualTo((double[])[1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25]));
        Assert.That((schedule.StepCount, schedule.BadStepCount, schedule.CooldownLeft), Is.EqualTo((12, 1, 0)));
    }

    [Test]
    public void A_metric_that_is_not_a_number_is_bad()
    {
        using AdamW optimizer = Optimizer(1);
        var schedule = new ReduceLROnPlateau(optimizer, factor: 0.5, patience: 0);
        schedule.Step(double.NaN);
        Assert.That((optimizer.Lr, schedule.Best), Is.EqualTo((0.5, double.PositiveInfinity)));
        schedule.Step(3);
        Assert.That((optimizer.Lr, schedule.Best), Is.EqualTo((0.5, 3)));
    }

    [Test]
    public void The_least_rate_is_each_groups_own_and_tiny_reductions_are_not_made()
    {
        using AdamW optimizer = Optimizer(1, 1);
        var schedule = new ReduceLROnPlateau(optimizer, factor: 0.5, patience: 0, minLr: [0.3, 0]);
        schedule.Step(1);
        for (int step = 0; step < 40; step++)
            schedule.Step(1);
        Assert.That(optimizer.Groups[0].Lr, Is.EqualTo(0.3));
        // From 2^-26 on half of it is less than eps, 1e-8.
        Assert.That(optimizer.Groups[1].Lr, Is.EqualTo(Math.ScaleB(1, -26)));
        Assert.That(schedule.LastLr, Is.EqualTo(Rates(optimizer)));
    }
}
