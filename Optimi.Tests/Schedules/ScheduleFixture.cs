namespace Optimi.Tests;

/// <summary>Optimizers with up to two groups, whose rates are what matters.</summary>
internal abstract class ScheduleFixture : OptimizerFixture
{
    /// <summary>An optimizer with a group for each rate.</summary>
    protected AdamW Optimizer(params double[] rates)
    {
        Parameter[] parameters = [First, Second];
        return new AdamW([.. rates.Select((rate, group) =>
            new ParameterGroup([parameters[group]], new AdamWOptions { Lr = rate, WeightDecay = rate / 10 }))]);
    }

    protected static double[] Rates(Optimizer optimizer) => [.. optimizer.Groups.Select(group => group.Lr)];

    /// <summary>The rate of the first group at each step.</summary>
    protected static double[] RatesOf(LRScheduler schedule, int steps)
    {
        var rates = new double[steps];
        for (int step = 0; step < steps; step++)
        {
            rates[step] = schedule.Optimizer.Lr;
            schedule.Step();
        }

        return rates;
    }

    protected static void AssertNear(IReadOnlyList<double> values, IReadOnlyList<double> expected, double tolerance = 1e-12)
    {
        Assert.That(values, Has.Count.EqualTo(expected.Count));
        for (int step = 0; step < values.Count; step++)
        {
            Assert.That(
                Math.Abs(values[step] - expected[step]),
                Is.LessThanOrEqualTo(tolerance * Math.Abs(expected[step])),
                () => FormattableString.Invariant($"step {step}: {values[step]:R}, but {expected[step]:R} is expected"));
        }
    }
}
