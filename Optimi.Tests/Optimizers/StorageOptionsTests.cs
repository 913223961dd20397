namespace Optimi.Tests;

/// <summary>Options of storage that contradict each other, or the parameters, are refused.</summary>
internal sealed class StorageOptionsTests
{
    private static readonly AdamWOptions _adamW = new() { Lr = 1e-3 };

    [TestCase(16)]
    [TestCase(24)]
    [TestCase(32)]
    public void Master_weights_beside_a_compensation_are_refused(int bits) => Refused(
        _adamW with { MasterWeightBits = bits, Kahan = true },
        DType.BFloat16,
        FormattableString.Invariant($"MasterWeightBits is {bits}"),
        "Kahan is true",
        "set one of them");

    [Test]
    public void Master_weights_of_parameters_of_other_types_are_refused(
        [Values(16, 24, 32)] int bits, [Values(DType.Float32, DType.Float16)] DType dtype) => Refused(
        _adamW with { MasterWeightBits = bits },
        dtype,
        FormattableString.Invariant($"MasterWeightBits is {bits}"),
        $"the parameters are {dtype}",
        "in a group without it");

    [TestCase(-1)]
    [TestCase(0)]
    [TestCase(8)]
    [TestCase(20)]
    [TestCase(64)]
    public void Master_weights_of_other_lengths_are_refused(int bits) => Refused(
        _adamW with { MasterWeightBits = bits },
        DType.BFloat16,
        FormattableString.Invariant($"MasterWeightBits is {bits}"),
        "must be 16, 24 or 32");

    [Test]
    public void Compressed_states_of_a_storage_type_are_refused(
        [Values] DType states, [Values(DType.Float32, DType.BFloat16)] DType dtype) => Refused(
        _adamW with { CompressedStates = true, StateDType = states },
        dtype,
        "CompressedStates is true",
        $"StateDType is {states}",
        "set one of them");

    [Test]
    public void Master_weights_without_a_compensation_are_allowed([Values(16, 24, 32)] int bits, [Values] bool compressed)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.BFloat16, 3).Gradient.Fill(1);
        using var optimizer = new AdamW(
            parameters, _adamW with { MasterWeightBits = bits, Kahan = false, CompressedStates = compressed });
        Assert.That(optimizer.Step, Throws.Nothing);
    }

    private static IEnumerable<AdamWOptions> Packed =>
    [
        _adamW with { CompressedStates = true, Kahan = false },
        _adamW with { MasterWeightBits = 24 },
        _adamW with { MasterWeightBits = 32 },
    ];

    [TestCaseSource(nameof(Packed))]
    public void Storage_cannot_change_while_training(AdamWOptions options)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.BFloat16, 3);
        using var optimizer = new AdamW(parameters, _adamW);
        ParameterGroup group = optimizer.Groups[0];
        Assert.That(
            () => group.Options = options, Throws.TypeOf<OptionException>().With.Message.Contains("storage cannot change"));
        Assert.That(group.Options, Is.EqualTo(_adamW));
    }

    /// <summary>Before anything is allocated, with the values, the cause and the remedy.</summary>
    private static void Refused(OptimizerOptions options, DType dtype, string first, params string[] more)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", dtype, 3);
        OptionException? error = Assert.Throws<OptionException>(() => new ParameterGroup(parameters, options));
        Assert.Multiple(() =>
        {
            Assert.That(error!.Message, Does.StartWith(first));
            foreach (string part in more)
                Assert.That(error!.Message, Does.Contain(part));
            Assert.That(parameter.Place, Is.Null);
        });
    }
}
