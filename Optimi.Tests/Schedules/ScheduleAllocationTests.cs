namespace Optimi.Tests;

/// <summary>What a step of a schedule costs. Of other tests' threads memory would count.</summary>
[NonParallelizable]
internal sealed class ScheduleAllocationTests : ScheduleFixture
{
    [TestCaseSource(typeof(ScheduleCase), nameof(ScheduleCase.All))]
    public void A_step_of_learning_rates_allocates_nothing(ScheduleCase row)
    {
        using AdamW optimizer = Optimizer(0.1, 0.7);
        LRScheduler schedule = row.Create(optimizer, null);
        Assert.That(Allocations.Of(Run), Is.Zero);

        void Run()
        {
            for (int step = 0; step < 9; step++)
                schedule.Step();
        }
    }

    [Test]
    public void A_step_with_a_metric_allocates_nothing()
    {
        using AdamW optimizer = Optimizer(0.1, 0.7);
        var schedule = new ReduceLROnPlateau(optimizer, patience: 2);
        Assert.That(Allocations.Of(() => schedule.Step(1)), Is.Zero);
    }
}
