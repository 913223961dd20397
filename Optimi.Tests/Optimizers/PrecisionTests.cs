namespace Optimi.Tests;

internal sealed class PrecisionTests
{
    private const int Numbers = 16_000_000;

    private static readonly AdamWOptions _adamW = new() { Lr = 0.01, Beta1 = 0.8, WeightDecay = 0.1, Dithered = false, DitherSeed = 7 };

    private static IEnumerable<TestCaseData> Settings =>
    [
        new(Precision.Kahan, _adamW with { Kahan = true }),
        new(Precision.Mixed, _adamW with { StateDType = DType.Float32, MasterWeightBits = 32 }),
        new(Precision.MasterWeights, _adamW with { MasterWeightBits = 32 }),
        new(Precision.Compressed, _adamW with { CompressedStates = true, MasterWeightBits = 24 }),
        new(Precision.Smallest, _adamW with { CompressedStates = true, MasterWeightBits = 16 }),
    ];

    /// <summary>What the documentation says of a parameter's bytes, its gradient apart.</summary>
    private static IEnumerable<TestCaseData> Bytes =>
    [
        new("adamw", Precision.Mixed, 12),
        new("adamw", Precision.MasterWeights, 8),
        new("adamw", Precision.Kahan, 8),
        new("adamw", Precision.Compressed, 5.125),
        new("adamw", Precision.Smallest, 4.125),
        new("lion", Precision.Mixed, 8),
        new("lion", Precision.MasterWeights, 6),
        new("lion", Precision.Kahan, 6),
        new("lion", Precision.Compressed, 4.0625),
        new("lion", Precision.Smallest, 3.0625),
        new("adan", Precision.Compressed, 8.1875),
        new("ranger", Precision.Compressed, 9.125),
    ];

    [TestCaseSource(nameof(Settings))]
    public void A_word_sets_what_it_says_whatever_was_set_before_and_leaves_all_else(Precision precision, object expected)
    {
        AdamWOptions[] before =
        [
            _adamW,
            _adamW with { Kahan = false, StateDType = DType.BFloat16 },
            .. Enum.GetValues<Precision>().Select(other => _adamW.With(other)),
        ];
        Assert.That(before.Select(options => options.With(precision)), Is.All.EqualTo(expected));
    }

    [Test]
    public void Single_options_are_changed_afterwards()
    {
        AdamWOptions options = _adamW.With(Precision.Compressed) with { MasterWeightBits = 32 };
        Assert.That(options, Is.EqualTo(_adamW with { CompressedStates = true, MasterWeightBits = 32 }));
    }

    [TestCase(-1)]
    [TestCase(5)]
    public void A_precision_that_there_is_not_is_refused(int precision) => Assert.Multiple(() =>
    {
        Assert.That(
            () => _adamW.With((Precision)precision),
            Throws.TypeOf<OptionException>().With.Message.StartsWith(FormattableString.Invariant($"Precision is {precision}"))
                .And.Message.Contains("MasterWeights"));
        Assert.That(() => ((AdamWOptions)null!).With(Precision.Kahan), Throws.ArgumentNullException);
    });

    [Test]
    public void There_is_no_precision_without_a_test() =>
        Assert.That(Settings.Select(setting => setting.Arguments[0]), Is.EqualTo(Enum.GetValues<Precision>()));

    [TestCaseSource(nameof(Bytes))]
    public void Memory_is_what_the_documentation_says(string name, Precision precision, double bytes)
    {
        TestOptimizer kind = TestOptimizer.All.Single(row => row.Name == name);
        OptimizerOptions options = kind.Options.With(precision);
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device, GradientMemory.None);
        Parameter parameter = parameters.Add("p", DType.BFloat16, Numbers);
        MemoryPlan plan = MemoryPlan.For(parameters, options);
        using Optimizer optimizer = kind.Create(new ParameterGroup(parameters, options));
        optimizer.Step(parameter, new BFloat16[Numbers]);
        Assert.Multiple(() =>
        {
            Assert.That((double)(plan.TotalBytes - plan.ScratchBytes) / Numbers, Is.EqualTo(bytes));
            Assert.That(optimizer.StateBytes + parameters.ValueBytes, Is.EqualTo(plan.TotalBytes - plan.ScratchBytes));
        });
    }
}
