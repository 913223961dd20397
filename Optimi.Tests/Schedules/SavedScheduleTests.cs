using CsCheck;

namespace Optimi.Tests;

/// <summary>Going on from a saved state.</summary>
internal sealed class SavedScheduleTests : ScheduleFixture
{
    private const int Steps = 60;

    [TestCaseSource(typeof(ScheduleCase), nameof(ScheduleCase.All))]
    public void A_restored_schedule_gives_the_same_values_from_any_step_on(ScheduleCase row)
    {
        foreach (ScheduleTarget target in (ScheduleTarget[])[ScheduleTarget.LearningRate, ScheduleTarget.WeightDecay])
        {
            Gen.Select(Gen.Int[0, Steps], Gen.Double[0.5, 1]).Sample(
                (saved, byHand) =>
                {
                    using AdamW whole = Optimizer(0.1, 0.7);
                    LRScheduler schedule = row.Create(whole, target);
                    for (int step = 0; step < saved; step++)
                        schedule.Step();
                    // What someone set by hand is restored too.
                    whole.ScaleLr(byHand);
                    string json = schedule.SaveState().ToJson();

                    // Rates of their own would show if they were not restored.
                    using AdamW fresh = Optimizer(0.2, 0.2);
                    LRScheduler restored = row.Create(fresh, target);
                    restored.LoadState(ScheduleState.FromJson(json));
                    return AreSame(schedule, restored) && restored.SaveState().ToJson() == json
                        && Enumerable.Range(0, Steps).All(_ =>
                        {
                            schedule.Step();
                            restored.Step();
                            return AreSame(schedule, restored);
                        });
                },
                iter: 15,
                threads: 1);
        }
    }

    [Test]
    public void A_restored_plateau_gives_the_same_values_from_any_step_on() =>
        Gen.Select(Gen.Int[0, 30], Gen.Double[0, 1].Array[60]).Sample(
            (saved, metrics) =>
            {
                using AdamW whole = Optimizer(0.1, 0.7);
                ReduceLROnPlateau schedule = Create(whole);
                foreach (double metric in metrics[..saved])
                    schedule.Step(metric);
                using AdamW fresh = Optimizer(0.2, 0.2);
                ReduceLROnPlateau restored = Create(fresh);
                restored.LoadState(ScheduleState.FromJson(schedule.SaveState().ToJson()));
                return metrics[saved..].All(metric =>
                {
                    schedule.Step(metric);
                    restored.Step(metric);
                    return AreSame(schedule, restored) && (restored.Best, restored.BadStepCount, restored.CooldownLeft)
                        == (schedule.Best, schedule.BadStepCount, schedule.CooldownLeft);
                });

                static ReduceLROnPlateau Create(Optimizer optimizer) =>
                    new(optimizer, PlateauMode.Max, 0.7, patience: 1, cooldown: 1, minLr: [0, 0.01]);
            },
            iter: 50,
            threads: 1);

    [Test]
    public void Momentum_is_restored_with_the_rate()
    {
        using AdamW whole = Optimizer(0.1);
        var schedule = new OneCycleLR(whole, 0.5, totalSteps: 20);
        for (int step = 0; step < 4; step++)
            schedule.Step();
        ScheduleState state = schedule.SaveState();
        double momentum = ScheduleTarget.Momentum.Get(whole.Groups[0]);
        using AdamW fresh = Optimizer(0.1);
        new OneCycleLR(fresh, 0.5, totalSteps: 20).LoadState(state);
        Assert.That(ScheduleTarget.Momentum.Get(fresh.Groups[0]), Is.EqualTo(momentum).And.InRange(0.8501, 0.9499));
    }

    [Test]
    public void Json_keeps_every_bit_whatever_the_culture() => Gen.Double.Array[1, 8].Sample(
        numbers =>
        {
            var state = new ScheduleState
            {
                Kind = "Kind",
                Target = "target \"in\" quotes",
                Numbers = new Dictionary<string, double> { ["number"] = numbers[0], ["infinite"] = double.NegativeInfinity },
                Arrays = new Dictionary<string, IReadOnlyList<double>> { ["array"] = numbers },
                Nested = [new ScheduleState { Kind = "Nested", Target = "t" }],
            };
            ScheduleState read = ScheduleState.FromJson(state.ToJson());
            return Bits(read.Arrays["array"]).SequenceEqual(Bits(numbers)) && read.Numbers["infinite"] == double.NegativeInfinity
                && Bits([read.Numbers["number"]])[0] == Bits(numbers)[0] && (read.Kind, read.Target) == (state.Kind, state.Target)
                && read.Nested.Single().Kind == "Nested" && !state.ToJson().Contains('\u2212', StringComparison.Ordinal);
        },
        iter: 200,
        threads: 1);

    [Test]
    public void States_that_do_not_fit_are_refused_and_change_nothing()
    {
        using AdamW optimizer = Optimizer(0.1, 0.7);
        var schedule = new StepLR(optimizer, 2, 0.5);
        schedule.Step();
        string before = schedule.SaveState().ToJson();
        using AdamW one = Optimizer(0.3);
        ScheduleState state = new StepLR(Optimizer(0.3, 0.3), 2).SaveState();
        Assert.Multiple(() =>
        {
            Throws(new ExponentialLR(one, 0.9).SaveState(), "that of ExponentialLR, but the schedule is StepLR");
            Throws(new StepLR(one, 2, target: ScheduleTarget.WeightDecay).SaveState(), "schedule of the weight decay, but this StepLR");
            Throws(new StepLR(one, 2).SaveState(), "is for 1 groups, but the optimizer has 2");
            Throws(With(state, numbers: []), "no number 'step_count'");
            Throws(With(state, numbers: new() { ["step_count"] = 1.5 }), "'step_count' in the state of StepLR is 1.5");
            Throws(With(state, numbers: new() { ["step_count"] = -1 }), "is -1, but it must be a whole number");
            Throws(With(state, arrays: new() { ["value"] = [1, 1], ["last"] = [1, 1] }), "no array 'initial'");
            Throws(With(state, arrays: new() { ["value"] = [1, double.NaN], ["last"] = [1, 1], ["initial"] = [1, 1] }), "not finite");
            Throws(With(state, nested: [state]), "has 1 nested schedules, but this one has 0");
        });
        Refused<OptionException>(
            () => schedule.LoadState(With(state, arrays: new() { ["value"] = [1, -1], ["last"] = [1, 1], ["initial"] = [1, 1] })),
            "Lr is -1");
        Assert.That(schedule.SaveState().ToJson(), Is.EqualTo(before));

        void Throws(ScheduleState wrong, string text) => Refused<ScheduleException>(() => schedule.LoadState(wrong), text);
    }

    [Test]
    public void A_state_whose_nested_ones_do_not_fit_changes_nothing()
    {
        using AdamW optimizer = Optimizer(0.1);
        var schedule = new ChainedScheduler(new StepLR(optimizer, 2), new ExponentialLR(optimizer, 0.9));
        string before = schedule.SaveState().ToJson();
        using AdamW other = Optimizer(0.7);
        ScheduleState state = new ChainedScheduler(new StepLR(other, 2), new StepLR(other, 3)).SaveState();
        Refused<ScheduleException>(() => schedule.LoadState(state), "that of StepLR, but the schedule is ExponentialLR");
        Assert.That(schedule.SaveState().ToJson(), Is.EqualTo(before));
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("{\"kind\":null,\"target\":\"t\",\"numbers\":{},\"arrays\":{},\"nested\":[]}")]
    [TestCase("{\"kind\":\"k\",\"target\":\"t\",\"numbers\":{\"a\":\"b\"},\"arrays\":{},\"nested\":[]}")]
    [TestCase("{\"kind\":\"k\",\"target\":\"t\",\"numbers\":{\"a\":1,\"a\":2},\"arrays\":{},\"nested\":[]}")]
    [TestCase("{\"kind\":\"k\",\"target\":\"t\",\"numbers\":{},\"arrays\":{\"a\":1},\"nested\":[]}")]
    public void Other_texts_are_refused(string json) =>
        Refused<ScheduleException>(() => ScheduleState.FromJson(json), "The text is no state of a schedule");

    private static ScheduleState With(
        ScheduleState state,
        Dictionary<string, double>? numbers = null,
        Dictionary<string, IReadOnlyList<double>>? arrays = null,
        IReadOnlyList<ScheduleState>? nested = null) => new()
        {
            Kind = state.Kind,
            Target = state.Target,
            Numbers = numbers ?? state.Numbers,
            Arrays = arrays ?? state.Arrays,
            Nested = nested ?? state.Nested,
        };

    private static long[] Bits(IEnumerable<double> numbers) =>
        [.. numbers.Select(number => double.IsNaN(number) ? -1 : BitConverter.DoubleToInt64Bits(number))];

    private static bool AreSame(Schedule one, Schedule other) =>
        one.StepCount == other.StepCount && one.LastLr.SequenceEqual(other.LastLr)
        && one.Optimizer.Groups.Select(one.Target.Get).SequenceEqual(other.Optimizer.Groups.Select(one.Target.Get));
}
