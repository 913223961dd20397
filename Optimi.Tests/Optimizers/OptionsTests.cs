namespace Optimi.Tests;

internal sealed class OptionsTests
{
    private static readonly AdamWOptions _adamW = new() { Lr = 1e-3 };

    private static readonly SGDOptions _sgd = new() { Lr = 1e-3 };

    private static readonly LionOptions _lion = new() { Lr = 1e-3 };

    private static readonly RAdamOptions _rAdam = new() { Lr = 1e-3 };

    private static readonly RangerOptions _ranger = new() { Lr = 1e-3 };

    private static readonly AdanOptions _adan = new() { Lr = 1e-3 };

    private static readonly AdamOptions _adam = new() { Lr = 1e-3 };

    private static IEnumerable<TestCaseData> Impossible =>
    [
        .. Values(v => _adamW with { Lr = v }, "Lr", -1e-9, double.NaN, double.PositiveInfinity),
        .. Values(v => _sgd with { Lr = v }, "Lr", -1, double.NegativeInfinity),
        .. Values(v => _adamW with { WeightDecay = v }, "WeightDecay", -0.1, double.NaN, double.PositiveInfinity),
        .. Values(v => _adamW with { Beta1 = v }, "Beta1", -0.1, 1, 1.5, double.NaN),
        .. Values(v => _adam with { Beta2 = v }, "Beta2", -0.1, 1, double.NaN),
        .. Values(v => _adam with { Epsilon = v }, "Epsilon", -1e-9, double.NaN, double.PositiveInfinity),
        .. Values(v => _sgd with { Momentum = v }, "Momentum", -0.1, 1, double.NaN),
        .. Values(v => _sgd with { DecoupleLr = true, MaxLr = v }, "MaxLr", 0, -1, double.NaN),
        .. Values(v => _adam with { DecoupleLr = true, Lr = v }, "MaxLr", 0),
        .. Values(v => _lion with { Beta1 = v }, "Beta1", -0.1, 1, double.NaN),
        .. Values(v => _lion with { Beta2 = v }, "Beta2", -0.1, 1, double.NaN),
        .. Values(v => _ranger with { Alpha = v }, "Alpha", -0.1, 1.1, double.NaN),
        .. Values(v => _ranger with { Interval = (int)v }, "Interval", 0, -1),
        .. Values(v => _ranger with { Beta2 = v }, "Beta2", 1),
        .. Values(v => _rAdam with { Beta1 = v }, "Beta1", 1),
        .. Values(v => _adan with { Beta1 = v }, "Beta1", -0.1, 1, double.NaN),
        .. Values(v => _adan with { Beta2 = v }, "Beta2", -0.1, 1, double.NaN),
        .. Values(v => _adan with { Beta3 = v }, "Beta3", -0.1, 1, double.NaN),
        .. Values(v => _adan with { Epsilon = v }, "Epsilon", -1, double.NaN),
    ];

    [TestCaseSource(nameof(Impossible))]
    public void An_impossible_value_is_refused_with_its_name_and_range(OptimizerOptions options, string name, double value)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.Float32, 1);
        string text = value.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(
            () => new ParameterGroup(parameters, options),
            Throws.TypeOf<OptionException>().With.Message.StartsWith(name).And.Message.Contains(text).And.Message.Contains("must be"));
    }

    [Test]
    public void Brinks_of_the_ranges_are_allowed()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.BFloat16, 3).Gradient.Fill(1);
        using var adam = new AdamW(parameters, lr: 0, beta1: 0, beta2: 0, epsilon: 0, weightDecay: 0);
        using var sgd = new SGD(parameters, lr: 0, momentum: 0, weightDecay: 0);
        adam.Step();
        sgd.Step();
        var values = new float[3];
        parameters["p"].Value.CopyTo(values);
        Assert.That(values, Is.All.Zero);
    }

    [Test]
    public void Defaults_are_those_of_the_reference_library() => Assert.Multiple(() =>
    {
        Assert.That(_sgd, Is.EqualTo(new SGDOptions
        {
            Lr = 1e-3,
            Momentum = 0,
            Dampening = false,
            TorchInit = false,
            WeightDecay = 0,
            DecoupleWd = false,
            DecoupleLr = false,
            MaxLr = null,
            Kahan = null,
        }));
        Assert.That(_adam, Is.EqualTo(new AdamOptions
        {
            Lr = 1e-3,
            Beta1 = 0.9,
            Beta2 = 0.99,
            Epsilon = 1e-6,
            WeightDecay = 0,
            DecoupleWd = false,
        }));
        Assert.That(_adamW, Is.EqualTo(new AdamWOptions
        {
            Lr = 1e-3,
            Beta1 = 0.9,
            Beta2 = 0.99,
            Epsilon = 1e-6,
            WeightDecay = 1e-2,
            DecoupleWd = true,
        }));
        Assert.That(_lion, Is.EqualTo(new LionOptions { Lr = 1e-3, Beta1 = 0.9, Beta2 = 0.99, WeightDecay = 0 }));
        Assert.That(_rAdam, Is.EqualTo(new RAdamOptions
        {
            Lr = 1e-3,
            Beta1 = 0.9,
            Beta2 = 0.99,
            Epsilon = 1e-6,
            WeightDecay = 0,
            DecoupleWd = false,
        }));
        Assert.That(_ranger, Is.EqualTo(new RangerOptions
        {
            Lr = 1e-3,
            Beta1 = 0.9,
            Beta2 = 0.99,
            Epsilon = 1e-6,
            WeightDecay = 0,
            DecoupleWd = true,
            Interval = 6,
            Alpha = 0.5,
        }));
        Assert.That(_adan, Is.EqualTo(new AdanOptions
        {
            Lr = 1e-3,
            Beta1 = 0.98,
            Beta2 = 0.92,
            Beta3 = 0.99,
            Epsilon = 1e-6,
            WeightDecay = 2e-2,
            AdamWd = false,
        }));
    });

    [TestCase(DType.Float32, DType.BFloat16)]
    [TestCase(DType.Float32, DType.Float16)]
    [TestCase(DType.BFloat16, DType.Float16)]
    public void States_that_lack_the_parameters_range_or_precision_are_refused(DType dtype, DType states)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", dtype, 1);
        Assert.That(
            () => new ParameterGroup(parameters, _adam with { StateDType = states }),
            Throws.TypeOf<OptionException>().With.Message.StartsWith($"StateDType is {states} under {dtype}"));
    }

    [TestCase(-5)]
    [TestCase(-1)]
    [TestCase(7)]
    [TestCase(256)]
    public void A_storage_of_states_that_does_not_exist_is_refused(int states)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.Float16, 1);
        Assert.That(
            () => new ParameterGroup(parameters, _adam with { StateDType = (DType)states }),
            Throws.TypeOf<OptionException>().With.Message.StartsWith(FormattableString.Invariant($"StateDType is {states}, which is no")));
    }

    [TestCase(DType.Float32, null, DType.Float32, DType.Float32)]
    [TestCase(DType.BFloat16, null, DType.BFloat16, DType.BFloat16)]
    [TestCase(DType.BFloat16, DType.BFloat16, DType.BFloat16, DType.BFloat16)]
    [TestCase(DType.Float16, null, DType.Float16, DType.BFloat16)]
    [TestCase(DType.Float16, DType.Float16, DType.Float16, DType.Float16)]
    [TestCase(DType.Float16, DType.BFloat16, DType.BFloat16, DType.BFloat16)]
    [TestCase(DType.Float16, DType.Float32, DType.Float32, DType.Float32)]
    public void States_are_stored_as_the_options_say(DType dtype, DType? states, DType first, DType second)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", dtype, 1);
        using var adan = new Adan(parameters, _adan with { StateDType = states });
        string[] names = ["exp_avg", "exp_avg_sq", "exp_avg_diff", "prev_grad"];
        Assert.That(
            names.Select(name => adan.State(parameter, name).DType), Is.EqualTo((DType[])[first, second, first, first]));
    }

    [Test]
    public void Arguments_mean_what_the_options_of_the_same_name_do()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.Float32, 1);
        using var sgd = new SGD(parameters, 0.1, 0.2, 0.3, true, true, true, 0.4, true, false);
        using var adam = new Adam(parameters, 0.1, 0.2, 0.3, 0.4, 0.5, true, true, 0.6, true);
        using var adamW = new AdamW(parameters, 0.1, 0.2, 0.3, 0.4, 0.5, true, 0.6, false);
        Assert.Multiple(() =>
        {
            Assert.That(sgd.Groups[0].Options, Is.EqualTo(new SGDOptions
            {
                Lr = 0.1,
                Momentum = 0.2,
                WeightDecay = 0.3,
                Dampening = true,
                DecoupleWd = true,
                DecoupleLr = true,
                MaxLr = 0.4,
                TorchInit = true,
                Kahan = false,
            }));
            Assert.That(adam.Groups[0].Options, Is.EqualTo(new AdamOptions
            {
                Lr = 0.1,
                Beta1 = 0.2,
                Beta2 = 0.3,
                Epsilon = 0.4,
                WeightDecay = 0.5,
                DecoupleWd = true,
                DecoupleLr = true,
                MaxLr = 0.6,
                Kahan = true,
            }));
            Assert.That(adamW.Groups[0].Options, Is.EqualTo(new AdamWOptions
            {
                Lr = 0.1,
                Beta1 = 0.2,
                Beta2 = 0.3,
                Epsilon = 0.4,
                WeightDecay = 0.5,
                DecoupleLr = true,
                MaxLr = 0.6,
                Kahan = false,
            }));
        });
    }

    private static IEnumerable<TestCaseData> Values(Func<double, OptimizerOptions> options, string name, params double[] values) =>
        values.Select(value => new TestCaseData(options(value), name, value)
            .SetArgDisplayNames($"{options(value).GetType().Name}.{name} {value}"));
}
