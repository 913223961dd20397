using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>Rules written outside the library's assemblies, with states in few bits.</summary>
internal sealed class LowBitRuleTests
{
    private static readonly Dictionary<string, Func<ParameterBuffer, int?, Optimizer>> _rules = new()
    {
        ["four states of no kind"] = (parameters, bits) => new Optimizer<FourStateRule<ScalarLane>>(
            parameters, new FourStateOptions { Lr = 1e-3, CompressedStates = true, MasterWeightBits = bits }),
        ["a state from the first gradient"] = (parameters, bits) => new Optimizer<BeginningRule<ScalarLane>>(
            parameters, new BeginningOptions { Lr = 1e-3, CompressedStates = true, MasterWeightBits = bits }),
        ["a pair of moments and one beside it"] = (parameters, bits) => new Optimizer<PairRule<ScalarLane>>(
            parameters, new PairOptions { Lr = 1e-3, CompressedStates = true, MasterWeightBits = bits }),
        ["a pair of moments alone"] = (parameters, bits) => new Optimizer<PairRule<ScalarLane>>(
            parameters, new PairOptions { Lr = 1e-3, CompressedStates = true, MasterWeightBits = bits, Dropped = 2 }),
        ["no states"] = (parameters, bits) => new Optimizer<SignRule<ScalarLane>>(
            parameters, new SignOptions { Lr = 1e-3, CompressedStates = true, MasterWeightBits = bits }),
    };

    private static IEnumerable<TestCaseData> Cases =>
        from device in TestDevice.All
        from rule in _rules.Keys
        from variant in (IEnumerable<(DType DType, int? Bits)>)[(DType.Float32, null), (DType.BFloat16, 24)]
        select new TestCaseData(device, rule, variant.DType, variant.Bits).LongIf(device.IsOpenCL);

    [TestCaseSource(nameof(Cases))]
    public void A_rule_gives_the_same_bits_on_every_device(TestDevice row, string rule, DType dtype, int? bits)
    {
        using ComputeDevice reference = DeviceFinder.OpenHost(DeviceKind.Host, typeof(ScalarLane));
        Assert.That(Run(row.Shared), Is.EqualTo(Run(reference)));

        uint[] Run(ComputeDevice device) => TestTraining.Run(device, dtype, parameters => _rules[rule](parameters, bits));
    }

    [Test]
    public void A_state_of_no_kind_has_a_sign_and_8_bits()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.Float32, 300);
        using Optimizer optimizer = _rules["four states of no kind"](parameters, null);
        Assert.That(
            optimizer.StoredParts(parameter).Select(part => (part.Name, part.Type)),
            Is.EqualTo(((string[])["a", "b", "c", "d"]).SelectMany(name => ((string, string)[])[(name, "I8"), ($"{name}.headers", "U16")])));
    }

    [Test]
    public void A_pair_of_moments_has_16_bits()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.Float32, 300);
        using Optimizer optimizer = _rules["a pair of moments and one beside it"](parameters, null);
        Assert.That(
            optimizer.StoredParts(parameter).Select(part => (part.Name, part.Type)),
            Is.EqualTo((IEnumerable<(string, string)>)
                [("moments", "U16"), ("moments.headers", "U32"), ("rest", "I8"), ("rest.headers", "U16")]));
    }

    [TestCase(0, "state 'v' without 'm'")]
    [TestCase(1, "state 'm' without 'v'")]
    public void One_moment_of_a_pair_is_not_kept_alone(int dropped, string cause)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.Float32, 1);
        var options = new PairOptions { Lr = 1, CompressedStates = true, Dropped = dropped };
        Assert.That(
            () => new Optimizer<PairRule<ScalarLane>>(parameters, options),
            Throws.TypeOf<OptionException>().With.Message.Contains(cause).And.Message.Contains("CompressedStates to false"));
        using var plain = new Optimizer<PairRule<ScalarLane>>(parameters, options with { CompressedStates = false });
    }

    [Test]
    public void Moments_in_the_wrong_places_are_refused()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.Float32, 1);
        Assert.That(
            () => new Optimizer<MisplacedRule<ScalarLane>>(parameters, new AnyOptions<MisplacedRule<ScalarLane>> { Lr = 1, CompressedStates = true }),
            Throws.TypeOf<OptionException>().With.Message.Contains("State 'v' of rule MisplacedRule").And.Message.Contains("first and second state"));
    }
}
