using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>What is stored in few bits becomes something else, and the reverse, if that is asked for by name.</summary>
internal sealed class LowBitConversionTests
{
    private ComputeDevice _device = null!;

    [OneTimeSetUp]
    public void Open() => _device = ComputeDevice.Open("cpu");

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    private static IEnumerable<TestCaseData> Decoded =>
        from optimizer in TestOptimizer.All
        from states in (DType[])[DType.Float32, DType.BFloat16]
        where optimizer.Name != "sgd"
        select new TestCaseData(optimizer, states);

    [TestCaseSource(nameof(Decoded))]
    public void Compressed_states_are_decoded(TestOptimizer optimizer, DType states)
    {
        using SavedTraining source = Training(optimizer, options => options with { CompressedStates = true });
        source.Run(0, 3);
        using SavedTraining target = Training(optimizer, options => options with { StateDType = states });
        target.Run(8, 1);
        Refused(source, target, CheckpointConversions.Kahan, "is compressed", nameof(CheckpointConversions.StateDType));
        target.Load(source.Save(), CheckpointConversions.StateDType);
        foreach ((Parameter from, Parameter to) in source.Parameters.Zip(target.Parameters))
        {
            foreach (string state in source.Optimizer.StateNames(from))
            {
                TensorStorage stored = target.Optimizer.State(to, state);
                float[] expected = TestTraining.Numbers(source.Optimizer.State(from, state));
                if (stored.DType == DType.BFloat16)
                    expected = [.. expected.Select(number => (float)(BFloat16)number)];
                Assert.That(TestTraining.Numbers(stored), Is.EqualTo(expected), state);
            }

            Assert.That(target.Optimizer.StepCount(to), Is.EqualTo(source.Optimizer.StepCount(from)));
        }
    }

    [Test]
    public void Moments_are_encoded_once_for_the_next_step()
    {
        var options = new AdamWOptions { Lr = 1e-3, StateDType = DType.Float32 };
        using SavedTraining source = new(_device, DType.BFloat16, parameters => new AdamW(parameters, options));
        source.Run(0, 3);
        using SavedTraining target = new(
            _device, DType.BFloat16, parameters => new AdamW(parameters, new AdamWOptions { Lr = 1, CompressedStates = true }));
        target.Run(8, 1);
        Refused(source, target, CheckpointConversions.None, "but the state compressed", nameof(CheckpointConversions.StateDType));
        target.Load(source.Save(), CheckpointConversions.StateDType);
        foreach ((Parameter from, Parameter to) in source.Parameters.Zip(target.Parameters))
        {
            long next = source.Optimizer.StepCount(from) + 1;
            int length = (int)((from.Length + Tile.Length - 1) / Tile.Length) * Tile.Length;
            float[] first = new float[length];
            float[] second = new float[length];
            source.Optimizer.State(from, "exp_avg").CopyTo(first.AsSpan(0, (int)from.Length));
            source.Optimizer.State(from, "exp_avg_sq").CopyTo(second.AsSpan(0, (int)from.Length));
            byte[] words = new byte[length * 2];
            byte[] headers = new byte[length / Tile.Length * Pair16.HeaderBytesPerTile];
            Rounding rounding = Rounding.Nearest with
            {
                Spread = Rounding.SpreadOf(BiasCorrection.DebiasedBeta(options.Beta1, next), BiasCorrection.DebiasedBeta(options.Beta2, next)),
            };
            GroupCodec.EncodePair(first, second, rounding, 0, words, headers, Pair16.HeaderBytesPerTile);
            StoredPart[] parts = [.. target.Optimizer.StoredParts(to)];
            Assert.That(parts.Select(part => part.Name), Is.EqualTo((string[])["moments", "moments.headers"]));
            Assert.That(SavedTraining.Bytes(parts[0]), Is.EqualTo(words[..(int)parts[0].Bytes]));
            Assert.That(SavedTraining.Bytes(parts[1]), Is.EqualTo(headers[..(int)parts[1].Bytes]));
        }
    }

    private static IEnumerable<TestOptimizer> WithStates => TestOptimizer.All.Where(optimizer => optimizer.Name != "sgd");

    [TestCaseSource(nameof(WithStates))]
    public void States_of_all_kinds_are_encoded(TestOptimizer optimizer)
    {
        using SavedTraining source = Training(optimizer, options => options with { StateDType = DType.Float32 });
        source.Run(0, 3);
        using SavedTraining target = Training(optimizer, options => options with { CompressedStates = true });
        target.Load(source.Save(), CheckpointConversions.StateDType);
        foreach ((Parameter from, Parameter to) in source.Parameters.Zip(target.Parameters))
        {
            foreach (string state in source.Optimizer.StateNames(from))
            {
                float[] expected = TestTraining.Numbers(source.Optimizer.State(from, state));
                double bound = expected.Max(Math.Abs) * LowBitOptimizer.Precision;
                foreach ((float was, float isNow) in expected.Zip(TestTraining.Numbers(target.Optimizer.State(to, state))))
                    Assert.That(isNow, Is.EqualTo(was).Within(bound), state);
            }
        }

        target.Run(3, 2);
    }

    [TestCase(24)]
    [TestCase(32)]
    public void A_compensation_becomes_low_bits(int bits)
    {
        using SavedTraining source = AdamW(DType.BFloat16, kahan: true);
        source.Run(0, 5);
        using SavedTraining target = AdamW(DType.BFloat16, bits: bits);
        Refused(source, target, CheckpointConversions.StateDType, "a Kahan compensation", "low bits", nameof(CheckpointConversions.Kahan));
        target.Load(source.Save(), CheckpointConversions.Kahan);
        foreach ((Parameter from, Parameter to) in source.Parameters.Zip(target.Parameters))
        {
            IEnumerable<float> exact = TestTraining.Numbers(from.Value).Zip(
                TestTraining.Numbers(source.Optimizer.State(from, "kahan_comp")), (value, rest) => (float)((double)value + rest));
            Assert.That(TestTraining.Bits(target.Optimizer.MasterWeights(to)), Is.EqualTo(exact.Select(number => Nearest(number, bits))));
        }
    }

    [TestCase(24)]
    [TestCase(32)]
    public void Low_bits_become_a_compensation(int bits)
    {
        using SavedTraining source = Split(bits);
        using SavedTraining target = AdamW(DType.BFloat16, kahan: true);
        Refused(source, target, CheckpointConversions.None, "low bits", nameof(CheckpointConversions.Kahan));
        target.Load(source.Save(), CheckpointConversions.Kahan);
        foreach ((Parameter from, Parameter to) in source.Parameters.Zip(target.Parameters))
        {
            float[] values = TestTraining.Numbers(from.Value);
            Assert.That(TestTraining.Numbers(to.Value), Is.EqualTo(values));
            Assert.That(
                TestTraining.Numbers(target.Optimizer.State(to, "kahan_comp")),
                Is.EqualTo(Exact(source, from).Zip(values, (exact, value) => (float)(BFloat16)(exact - value))));
        }
    }

    [TestCase(24, null)]
    [TestCase(24, 16)]
    [TestCase(32, 16)]
    public void Low_bits_are_left_aside(int bits, int? other)
    {
        using SavedTraining source = Split(bits);
        using SavedTraining target = AdamW(DType.BFloat16, bits: other);
        Refused(source, target, CheckpointConversions.None, "low bits", nameof(CheckpointConversions.Kahan));
        target.Load(source.Save(), CheckpointConversions.Kahan);
        Assert.That(Values(target), Is.EqualTo(Values(source)));
    }

    [TestCase(null, 24)]
    [TestCase(16, 32)]
    public void Low_bits_begin_as_zero(int? bits, int other)
    {
        using SavedTraining source = AdamW(DType.BFloat16, bits: bits);
        source.Run(0, 3);
        using SavedTraining target = Split(other);
        Refused(source, target, CheckpointConversions.None, "low bits", nameof(CheckpointConversions.Kahan));
        target.Load(source.Save(), CheckpointConversions.Kahan);
        Assert.That(target.Parameters.SelectMany(parameter => Exact(target, parameter)), Is.EqualTo(Values(source)));
    }

    [TestCase(24, 32)]
    [TestCase(32, 24)]
    public void Low_bits_become_more_or_fewer(int bits, int other)
    {
        using SavedTraining source = Split(bits);
        using SavedTraining target = Split(other);
        Refused(source, target, CheckpointConversions.None, "low bits", nameof(CheckpointConversions.Kahan));
        target.Load(source.Save(), CheckpointConversions.Kahan);
        foreach ((Parameter from, Parameter to) in source.Parameters.Zip(target.Parameters))
        {
            Assert.That(
                TestTraining.Bits(target.Optimizer.MasterWeights(to)),
                Is.EqualTo(Exact(source, from).Select(number => Nearest(number, other))));
        }
    }

    [Test]
    public void Dithered_weights_are_not_taken_for_others()
    {
        using SavedTraining dithered = AdamW(DType.BFloat16, bits: 16);
        using SavedTraining plain = AdamW(DType.BFloat16);
        dithered.Run(0, 2);
        Refused(dithered, plain, CheckpointConversions.None, "dithered rounding", nameof(CheckpointConversions.Kahan));
        Refused(plain, dithered, CheckpointConversions.None, "dithered rounding", nameof(CheckpointConversions.Kahan));
        plain.Load(dithered.Save(), CheckpointConversions.Kahan);
        Assert.That(Values(plain), Is.EqualTo(Values(dithered)));
    }

    [TestCase(24)]
    [TestCase(32)]
    public void Float32_parameters_become_split_ones_and_the_reverse(int bits)
    {
        using SavedTraining source = AdamW(DType.Float32);
        source.Run(0, 3);
        using SavedTraining split = AdamW(DType.BFloat16, bits: bits);
        Refused(source, split, CheckpointConversions.Kahan, "is F32", nameof(CheckpointConversions.ValueDType));
        split.Load(source.Save(), CheckpointConversions.ValueDType);
        foreach ((Parameter from, Parameter to) in source.Parameters.Zip(split.Parameters))
        {
            Assert.That(
                TestTraining.Bits(split.Optimizer.MasterWeights(to)),
                Is.EqualTo(TestTraining.Numbers(from.Value).Select(number => Nearest(number, bits))));
        }

        using SavedTraining back = AdamW(DType.Float32);
        back.Load(split.Save(), CheckpointConversions.ValueDType);
        Assert.That(Values(back), Is.EqualTo(split.Parameters.SelectMany(parameter => Exact(split, parameter))));
    }

    [Test]
    public void Parameters_alone_have_the_low_bits_in_float32_only()
    {
        using SavedTraining source = Split(24);
        byte[] file = source.Save();
        foreach (DType dtype in (DType[])[DType.Float32, DType.BFloat16])
        {
            using var parameters = new ParameterBuffer(_device);
            foreach (Parameter parameter in source.Parameters)
                parameters.Add(parameter.Name, dtype, parameter.Shape);
            using var stream = new MemoryStream(file);
            Checkpoint.Load(stream, new TrainingState(parameters), new() { Conversions = CheckpointConversions.ValueDType });
            Parameter last = source.Parameters.Last();
            Assert.That(
                TestTraining.Numbers(parameters.Last().Value),
                Is.EqualTo(dtype == DType.Float32 ? Exact(source, last) : TestTraining.Numbers(last.Value)));
        }
    }

    private static void Refused(SavedTraining source, SavedTraining target, CheckpointConversions conversions, params string[] texts)
    {
        uint[] before = target.Bits();
        CheckpointMismatchException error = Assert.Throws<CheckpointMismatchException>(() => target.Load(source.Save(), conversions))!;
        foreach (string text in texts)
            Assert.That(error.Message, Does.Contain(text));
        Assert.That(target.Bits(), Is.EqualTo(before));
    }

    private static uint Nearest(float number, int bits)
    {
        uint b = BitConverter.SingleToUInt32Bits(number);
        return bits == 32 ? b : (b + 128) >> 8 << 8;
    }

    private static float[] Exact(SavedTraining training, Parameter parameter) =>
        TestTraining.Numbers(training.Optimizer.MasterWeights(parameter));

    private static float[] Values(SavedTraining training) =>
        [.. training.Parameters.SelectMany(parameter => TestTraining.Numbers(parameter.Value))];

    private SavedTraining Training(TestOptimizer optimizer, Func<OptimizerOptions, OptimizerOptions> change) => new(
        _device,
        DType.BFloat16,
        parameters => optimizer.Create(new ParameterGroup(parameters, change(optimizer.Options with { Kahan = false }))));

    private SavedTraining Split(int bits)
    {
        SavedTraining training = AdamW(DType.BFloat16, bits: bits);
        training.Run(0, 5);
        return training;
    }

    private SavedTraining AdamW(DType dtype, bool kahan = false, int? bits = null) => new(
        _device,
        dtype,
        parameters => new AdamW(parameters, new AdamWOptions
        {
            Lr = 1e-3,
            Kahan = kahan,
            MasterWeightBits = bits,
            StateDType = DType.Float32,
        }));
}
