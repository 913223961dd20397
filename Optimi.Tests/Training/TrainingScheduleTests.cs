using Optimi.Bench;

namespace Optimi.Tests;

/// <summary>The schedules of <c>train</c>, in trainings of any length.</summary>
internal sealed class TrainingScheduleTests : ScheduleFixture
{
    private static IEnumerable<TestCaseData> Cases =>
        from name in TrainingSchedules.All.Keys
        from steps in (int[])[1, 2, 3, 19, 40, 500]
        select new TestCaseData(name, steps);

    [TestCaseSource(nameof(Cases))]
    public void The_rate_reaches_its_peak_and_is_never_above_it(string name, int steps)
    {
        using AdamW optimizer = Optimizer(0.01);
        double[] rates = RatesOf(TrainingSchedules.All[name](optimizer, steps), steps);
        Assert.That(rates, Is.All.Positive.And.All.LessThanOrEqualTo(0.01 * (1 + 1e-12)));
        if (steps >= 19)
            Assert.That(rates.Max(), Is.EqualTo(0.01).Within(5).Percent);
    }

    [TestCase(10)]
    [TestCase(400)]
    public void A_cosine_follows_a_warm_up_of_a_twentieth(int steps)
    {
        using AdamW optimizer = Optimizer(0.01);
        double[] rates = RatesOf(TrainingSchedules.All[TrainingSchedules.Usual](optimizer, steps), steps);
        int warmUp = Math.Max(1, steps / 20);
        AssertNear(rates, [.. Enumerable.Range(1, steps).Select(Expected)], tolerance: 1e-9);

        double Expected(int step) => step <= warmUp
            ? 0.01 * step / warmUp
            : ScheduleReference.Cosine(step - warmUp, 0.01, steps - warmUp, 0.0001);
    }
}
