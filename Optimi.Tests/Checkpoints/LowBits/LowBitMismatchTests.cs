namespace Optimi.Tests;

/// <summary>Files in which something is wrong with what is stored in few bits are refused by a typed error, and nothing changes. Whatever the
/// codes are, they are loaded.</summary>
internal sealed class LowBitMismatchTests
{
    private ComputeDevice _device = null!;
    private SavedTraining _training = null!;
    private PlainSafetensors _file = null!;

    [SetUp]
    public void Save()
    {
        _device = ComputeDevice.Open("cpu");
        _training = new(_device, DType.BFloat16, parameters => new Adan(
            parameters, new AdanOptions { Lr = 1e-3, CompressedStates = true, MasterWeightBits = 24 }));
        _training.Run(1, 3);
        _file = PlainSafetensors.Read(_training.Save());
        // It is to be the last one whatever is added.
        _file.Tensors.Remove("__checksum__");
    }

    [TearDown]
    public void Close()
    {
        _training.Dispose();
        _device.Dispose();
    }

    [TestCase("state.layer.3.moments")]
    [TestCase("state.layer.3.moments.headers")]
    [TestCase("state.layer.2.exp_avg_diff")]
    [TestCase("state.layer.2.exp_avg_diff.headers")]
    public void What_is_missing_is_named(string name)
    {
        _file.Tensors.Remove(name);
        Assert.That(Refused().Missing, Is.EqualTo((string[])[name]));
    }

    [Test]
    public void Low_bits_that_are_missing_are_named()
    {
        _file.Tensors.Remove("state.layer.3.low_bits");
        Assert.That(Refused().Different, Has.Some.Contains("'layer.3'").And.Some.Contains("CheckpointConversions.Kahan"));
    }

    [TestCase("state.layer.3.moments", "I16")]
    [TestCase("state.layer.3.moments.headers", "I32")]
    [TestCase("state.layer.2.exp_avg_diff", "U8")]
    [TestCase("state.layer.2.exp_avg_diff.headers", "BF16")]
    [TestCase("state.layer.2.low_bits", "U8")]
    public void Other_types_are_named(string name, string type)
    {
        _file.Tensors[name] = _file.Tensors[name] with { DType = type };
        Assert.That(Refused().Different, Has.Some.Contains($"'{name}' is {type}"));
    }

    [TestCase("state.layer.3.moments")]
    [TestCase("state.layer.3.moments.headers")]
    [TestCase("state.layer.2.exp_avg_diff")]
    [TestCase("state.layer.2.exp_avg_diff.headers")]
    [TestCase("state.layer.2.low_bits")]
    public void Other_shapes_are_named(string name)
    {
        _file.Tensors[name] = _file.Tensors[name] with { Shape = [1, .. _file.Tensors[name].Shape] };
        Assert.That(Refused().Different, Has.Some.Contains($"'{name}'").And.Some.Contains("[1, "));
    }

    [Test]
    public void Low_bits_of_other_values_are_refused()
    {
        _file.Tensors["layer.3"] = _file.Tensors["layer.3"] with { DType = "F16" };
        Assert.That(Refused().Different, Has.Some.Contains("only BF16 values have low bits"));
    }

    [Test]
    public void Low_bits_and_a_compensation_are_refused()
    {
        _file.Add("state.layer.3.kahan_comp", "BF16", [1_000], new byte[2_000]);
        Assert.That(Refused().Different, Has.Some.Contains("both there"));
    }

    [TestCase("\"weight_bits\":24", "\"weight_bits\":25")]
    [TestCase("\"weight_bits\":24", "\"weight_bits\":\"24\"")]
    [TestCase("\"state_dtype\":\"compressed\"", "\"state_dtype\":3")]
    public void A_malformed_description_is_refused(string before, string after)
    {
        _file.Metadata["optimi"] = _file.Metadata["optimi"].Replace(before, after, StringComparison.Ordinal);
        Assert.That(() => _training.Load(_file.WriteWithChecksum()), Throws.TypeOf<CheckpointFormatException>().With.Message.Contains("malformed"));
    }

    [TestCase("-1")]
    [TestCase("0.5")]
    [TestCase("4294967296")]
    public void A_seed_that_cannot_be_is_refused(string seed)
    {
        _file.Metadata["optimi"] = _file.Metadata["optimi"].Replace("\"seed\":0", $"\"seed\":{seed}", StringComparison.Ordinal);
        Assert.That(Refused().Different, Has.Some.Contains("'seed'").And.Some.Contains("whole number"));
    }

    [Test]
    public void Any_codes_are_loaded_and_decoded()
    {
        var random = new Random(5);
        using SavedTraining plain = new(_device, DType.BFloat16, parameters => new Adan(
            parameters, new AdanOptions { Lr = 1e-3, MasterWeightBits = 24 }));
        for (int i = 0; i < 20; i++)
        {
            foreach (string name in _file.Tensors.Keys.Where(name => name.StartsWith("state.", StringComparison.Ordinal) && !name.EndsWith(".step", StringComparison.Ordinal)))
                random.NextBytes(_file.Tensors[name].Bytes);
            byte[] file = _file.WriteWithChecksum();
            _training.Load(file);
            foreach (StoredPart part in _training.Optimizer.StoredParts(_training.Parameters.Last()))
                Assert.That(SavedTraining.Bytes(part), Is.EqualTo(_file.Tensors[$"state.layer.3.{part.Name}"].Bytes));
            _training.Bits();
            plain.Load(file, CheckpointConversions.StateDType);
            _training.Run(10, 1);
        }
    }

    [TestCase("state.layer.3.moments")]
    [TestCase("state.layer.3.moments.headers")]
    [TestCase("state.layer.3.exp_avg_diff.headers")]
    [TestCase("state.layer.3.prev_grad")]
    public void States_of_which_a_part_is_missing_begin_anew_if_that_is_allowed(string name)
    {
        _file.Tensors.Remove(name);
        using var stream = new MemoryStream(_file.WriteWithChecksum());
        Checkpoint.Load(stream, _training.State, new CheckpointLoadOptions { Strict = false });
        Parameter last = _training.Parameters.Last();
        Assert.That(_training.Optimizer.StepCount(last), Is.Zero);
        foreach (string state in _training.Optimizer.StateNames(last))
            Assert.That(TestTraining.Numbers(_training.Optimizer.State(last, state)), Is.All.Zero, state);
        Assert.That(_training.Optimizer.StepCount(_training.Parameters.First()), Is.EqualTo(3));
        _training.Run(4, 1);
        Assert.That(TestTraining.Numbers(last.Value), Is.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void A_file_that_is_cut_short_is_refused()
    {
        byte[] whole = _file.WriteWithChecksum();
        uint[] before = _training.Bits();
        for (int length = 0; length < whole.Length; length += 997)
            Assert.That(() => _training.Load(whole[..length]), Throws.TypeOf<CheckpointFormatException>());
        Assert.That(_training.Bits(), Is.EqualTo(before));
    }

    private CheckpointMismatchException Refused()
    {
        uint[] before = _training.Bits();
        CheckpointMismatchException error = Assert.Throws<CheckpointMismatchException>(() => _training.Load(_file.WriteWithChecksum()))!;
        Assert.That(_training.Bits(), Is.EqualTo(before));
        return error;
    }
}
