using Optimi.Kernels;
using Snippets;

namespace Optimi.Tests;

/// <summary>Rules written outside the library's assemblies.</summary>
internal sealed class UserRuleTests
{
    private static readonly Dictionary<string, Func<ParameterBuffer, bool, Optimizer>> _rules = new()
    {
        ["sign momentum"] = (parameters, kahan) => new Optimizer<SignMomentumRule<ScalarLane>>(
            parameters, new SignMomentumOptions { Lr = 1e-3, WeightDecay = 0.1, Kahan = kahan }),
        ["no scalars, no states"] = (parameters, kahan) => new Optimizer<SignRule<ScalarLane>>(
            parameters, new SignOptions { Lr = 1e-3, Kahan = kahan }),
        ["four states"] = (parameters, kahan) => new Optimizer<FourStateRule<ScalarLane>>(
            parameters, new FourStateOptions { Lr = 1e-3, Kahan = kahan }),
        ["states from the first gradient"] = (parameters, kahan) => new Optimizer<BeginningRule<ScalarLane>>(
            parameters, new BeginningOptions { Lr = 1e-3, Kahan = kahan }),
    };

    private static IEnumerable<TestCaseData> Cases =>
        from device in TestDevice.All
        from rule in _rules.Keys
        from variant in (IEnumerable<(DType DType, bool Kahan)>)
            [(DType.Float32, false), (DType.BFloat16, false), (DType.BFloat16, true)]
        select new TestCaseData(device, rule, variant.DType, variant.Kahan);

    [TestCaseSource(nameof(Cases))]
    public void A_rule_gives_the_same_bits_on_every_device(TestDevice row, string rule, DType dtype, bool kahan)
    {
        ComputeDevice device = row.Shared;
        using ComputeDevice reference = DeviceFinder.OpenHost(DeviceKind.Host, typeof(ScalarLane));
        uint[] actual = TestTraining.Run(device, dtype, parameters => _rules[rule](parameters, kahan));
        Assert.That(actual, Is.EqualTo(TestTraining.Run(reference, dtype, parameters => _rules[rule](parameters, kahan))));
    }

    [Test]
    public void Sign_momentum_is_what_its_formula_says()
    {
        const double Lr = 0.125;
        const double Decay = 0.5;
        float[] gradients = [3, -1, 0.5f, 0, -2];
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.Float32, gradients.Length);
        parameter.Value.Fill(1);
        using var optimizer = new Optimizer<SignMomentumRule<ScalarLane>>(
            parameters, new SignMomentumOptions { Lr = Lr, WeightDecay = Decay, Momentum = 0.5 });
        double[] expected = [.. gradients.Select(_ => 1.0)];
        double[] momentum = new double[gradients.Length];
        for (int step = 1; step <= 3; step++)
        {
            parameter.Gradient.CopyFrom([.. gradients.Select(gradient => gradient / step)]);
            optimizer.Step();
            for (int i = 0; i < expected.Length; i++)
            {
                momentum[i] = (0.5 * momentum[i]) + ((double)gradients[i] / step);
                expected[i] = (expected[i] * (1 - (Lr * Decay))) - (Lr * Math.Sign(momentum[i]));
            }
        }

        var actual = new float[gradients.Length];
        parameter.Value.CopyTo(actual);
        Assert.That(actual, Is.EqualTo(expected).Within(1e-6));
    }

    [Test]
    public void A_state_that_begins_with_the_gradient_is_rounded_to_its_storage_first()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.BFloat16, 1);
        using var optimizer = new Optimizer<BeginningRule<ScalarLane>>(parameters, new BeginningOptions { Lr = 1 });
        parameter.Gradient.Fill(1);
        optimizer.Step();
        var state = new float[1];
        optimizer.State(parameter, "begun").CopyTo(state);
        float begun = (BFloat16)(1 / 3f);
        Assert.That(state[0], Is.EqualTo((float)(BFloat16)(begun + 1f)));
    }

    [Test]
    public void A_field_that_is_no_register_is_refused() => Refused<FloatFieldRule<ScalarLane>>("Factor");

    [Test]
    public void A_fifth_state_is_refused() => Refused<FiveStateRule<ScalarLane>>("5 states");

    [Test]
    public void A_rule_that_is_not_generic_is_refused() => Refused<ScalarOnlyRule>("one type parameter");

    [Test]
    public void A_second_type_parameter_is_refused() => Refused<TwoParameterRule<ScalarLane, int>>("one type parameter");

    [Test]
    public void A_rule_that_is_not_public_is_refused() => Refused<HiddenRule<ScalarLane>>("not public");

    private static void Refused<TRule>(string cause)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.Float32, 1);
        Assert.That(
            () => new Optimizer<TRule>(parameters, new AnyOptions<TRule> { Lr = 1 }),
            Throws.TypeOf<OptionException>().With.Message.Contains(cause));
    }
}
