using CsCheck;

namespace Optimi.Tests;

/// <summary>Schedules against their definitions as functions of the step, with any arguments.</summary>
internal sealed class FormulaTests : ScheduleFixture
{
    private const int Steps = 60;

    /// <summary>Rounding grows with the steps, and near 0 a cosine that goes from value to value loses digits.</summary>
    private const double OfInitial = 1e-11;

    private static readonly Gen<int> _count = Gen.Int[1, 30];

    private static readonly Gen<double> _share = Gen.Double[0.01, 1];

    [Test]
    public void A_line() => Gen.Select(_share, Gen.Double[0, 1], _count).Sample(
        (start, end, total) => Agrees(
            optimizer => new LinearLR(optimizer, start, end, total),
            (step, initial) => initial * ScheduleReference.Linear(step, start, end, total)),
        iter: 50,
        threads: 1);

    [Test]
    public void A_constant_factor() => Gen.Select(_share, _count).Sample(
        (factor, total) => Agrees(
            optimizer => new ConstantLR(optimizer, factor, total),
            (step, initial) => step < total ? initial * factor : initial),
        iter: 30,
        threads: 1);

    [Test]
    public void Steps_of_one_size_and_of_any() => Gen.Select(_count, _share, _count.Array[0, 5]).Sample(
        (size, gamma, milestones) =>
            Agrees(optimizer => new StepLR(optimizer, size, gamma), (step, initial) => initial * Math.Pow(gamma, step / size))
            && Agrees(
                optimizer => new MultiStepLR(optimizer, milestones, gamma),
                (step, initial) => initial * Math.Pow(gamma, milestones.Count(milestone => milestone <= step))),
        iter: 50,
        threads: 1);

    [Test]
    public void A_power() => Gen.Select(_count, Gen.Double[0, 3]).Sample(
        (total, power) => Agrees(
            optimizer => new PolynomialLR(optimizer, total, power),
            (step, initial) => initial * ScheduleReference.Polynomial(step, total, power)),
        iter: 50,
        threads: 1);

    [Test]
    public void A_cosine_and_its_restarts() => Gen.Select(_count, Gen.Int[1, 3], Gen.Double[0, 0.05]).Sample(
        (half, times, least) =>
            Agrees(
                optimizer => new CosineAnnealingLR(optimizer, half, least),
                (step, initial) => ScheduleReference.Cosine(step, initial, half, least))
            && Agrees(
                optimizer => new CosineAnnealingWarmRestarts(optimizer, half, times, least),
                (step, initial) => ScheduleReference.WarmRestarts(step, initial, half, times, least)),
        iter: 50,
        threads: 1);

    [TestCase(CyclicMode.Triangular)]
    [TestCase(CyclicMode.Triangular2)]
    [TestCase(CyclicMode.ExpRange)]
    public void Cycles(CyclicMode mode) => Gen.Select(_count, _count, Gen.Double[0, 0.1], Gen.Double[0.1, 1], Gen.Double[0.8, 1]).Sample(
        (up, down, low, high, gamma) => Agrees(
            optimizer => new CyclicLR(optimizer, low, high, up, down, mode, gamma, cycleMomentum: false),
            (step, _) => ScheduleReference.Cyclic(step, low, high, up, down, mode, gamma)),
        iter: 50,
        threads: 1);

    [Test]
    public void Factors_one_by_one() => _share.Array[Steps + 1].Sample(
        factors => Agrees(
            optimizer => new MultiplicativeLR(optimizer, step => factors[step]),
            (step, initial) => ScheduleReference.Multiplicative(step, initial, passed => factors[passed])),
        iter: 20,
        threads: 1);

    [TestCase(DecayShape.Linear)]
    [TestCase(DecayShape.Cosine)]
    [TestCase(DecayShape.OneMinusSqrt)]
    public void Warm_up_stable_and_decay(DecayShape shape) =>
        Gen.Select(Gen.Int[0, 20], Gen.Int[0, 20], _count, Gen.Double[0, 1]).Sample(
            (warmup, stable, decay, least) => Agrees(
                optimizer => new WarmupStableDecayLR(optimizer, warmup, stable, decay, shape, least),
                (step, initial) => initial * ScheduleReference.WarmupStableDecay(step, warmup, stable, decay, shape, least)),
            iter: 50,
            threads: 1);

    [TestCase(AnnealStrategy.Linear)]
    [TestCase(AnnealStrategy.Cos)]
    public void One_cycle(AnnealStrategy strategy) => Gen.Select(Gen.Int[Steps + 1, 100], Gen.Double[0.1, 0.9]).Sample(
        (total, start) => Agrees(
            optimizer => new OneCycleLR(optimizer, 1, total, start, strategy, cycleMomentum: false, divFactor: 4, finalDivFactor: 5),
            (step, _) =>
            {
                double risen = ScheduleReference.OneCycleRise(step, total, start);
                double low = step <= (start * total) - 1 ? 0.25 : 0.05;
                return low + ((1 - low) * (strategy == AnnealStrategy.Linear ? risen : (1 - Math.Cos(Math.PI * risen)) / 2));
            }),
        iter: 50,
        threads: 1);

    [Test]
    public void A_decay_of_no_steps_is_a_fall()
    {
        using AdamW optimizer = Optimizer(0.5);
        Assert.That(RatesOf(new WarmupStableDecayLR(optimizer, 0, 2, 0, minLrRatio: 0.5), 4), Is.EqualTo((double[])[0.5, 0.5, 0.25, 0.25]));
    }

    [Test]
    public void One_cycle_with_no_time_to_rise_begins_at_the_top()
    {
        using AdamW optimizer = Optimizer(0.5);
        double[] rates = RatesOf(
            new OneCycleLR(optimizer, 1, totalSteps: 4, pctStart: 0.25, AnnealStrategy.Linear, false, divFactor: 4, finalDivFactor: 2), 4);
        AssertNear(rates, [1, 2.125 / 3, 1.25 / 3, 0.125]);
    }

    [Test]
    public void The_step_after_one_cycle_stays_at_the_last_rate_and_the_next_is_refused()
    {
        using AdamW optimizer = Optimizer(0.5);
        // The last rate is so low that the line's rounding would pass below 0.
        var schedule = new OneCycleLR(
            optimizer, 1, totalSteps: 10, annealStrategy: AnnealStrategy.Linear, cycleMomentum: false, finalDivFactor: 1e30);
        for (int step = 0; step < 10; step++)
            schedule.Step();
        Assert.That(optimizer.Lr, Is.InRange(0, 1e-15));
        Refused<ScheduleException>(schedule.Step, "Step 11 of OneCycleLR is beyond its totalSteps, 10");
        Assert.That(schedule.StepCount, Is.EqualTo(10));
        Assert.That(optimizer.Lr, Is.InRange(0, 1e-15));
    }

    /// <summary>Whether both groups go as a function of step and initial value says.</summary>
    private bool Agrees(Func<Optimizer, LRScheduler> create, Func<int, double, double> reference)
    {
        double[] initial = [0.1, 0.75];
        using AdamW optimizer = Optimizer(initial);
        LRScheduler schedule = create(optimizer);
        for (int step = 0; step < Steps; step++)
        {
            for (int group = 0; group < initial.Length; group++)
            {
                if (!(Math.Abs(optimizer.Groups[group].Lr - reference(step, initial[group])) <= OfInitial))
                    return false;
            }

            schedule.Step();
        }

        return true;
    }
}
