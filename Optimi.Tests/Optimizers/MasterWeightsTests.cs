using System.Buffers.Binary;

namespace Optimi.Tests;

/// <summary>What steps go on from where weights are split: values and low bits together.</summary>
internal sealed class MasterWeightsTests
{
    private static readonly float[] _edges =
    [
        0, -0f, 1, -1, 1.00390625f, 1.0078125f, BitConverter.Int32BitsToSingle(0x3F807F80), BitConverter.Int32BitsToSingle(0x3F80007F),
        BitConverter.Int32BitsToSingle(0x3F800080), BitConverter.Int32BitsToSingle(0x3F808000), BitConverter.Int32BitsToSingle(0x3F817FFF),
        float.MaxValue, -float.MaxValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN, BitConverter.Int32BitsToSingle(unchecked((int)0xFF800001)),
        float.Epsilon, 1e-40f, -3.3e38f, 0.1f,
    ];

    private static IEnumerable<TestDevice> Devices => TestDevice.Kinds;

    private ComputeDevice _device = null!;

    [OneTimeSetUp]
    public void Open() => _device = ComputeDevice.Open("cpu");

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    [Test]
    public void What_is_set_is_split_to_the_nearest([ValueSource(nameof(Devices))] TestDevice row, [Values(24, 32)] int bits)
    {
        using Split split = new(row.Shared, bits, [.. _edges, .. TestTraining.Numbers(new Random(1), 1_000)]);
        Action<float[]>[] writes = [numbers => split.Exact.CopyFrom(numbers), numbers => split.Parameter.Value.CopyFrom(numbers)];
        foreach (Action<float[]> write in writes)
        {
            split.Parameter.Value.Fill(7);
            write(split.Numbers);
            split.CheckStored();
            Assert.That(TestTraining.Bits(split.Exact), Is.EqualTo(split.Numbers.Select(number => Nearest(number, bits))));
        }
    }

    [TestCase(24)]
    [TestCase(32)]
    public void One_number_and_halves_are_split_too(int bits)
    {
        using Split split = new(_device, bits, new float[77]);
        split.Parameter.Value.Fill(0.1f);
        Assert.That(TestTraining.Bits(split.Exact), Is.All.EqualTo(Nearest(0.1f, bits)));
        split.Exact.Fill(-0.3f);
        Assert.That(TestTraining.Bits(split.Exact), Is.All.EqualTo(Nearest(-0.3f, bits)));
        split.Parameter.Value.CopyFrom(Enumerable.Repeat((Half)1.001, 77).ToArray());
        Assert.That(TestTraining.Numbers(split.Exact), Is.All.EqualTo((float)(Half)1.001));
    }

    [TestCase(24)]
    [TestCase(32)]
    public void Values_of_bfloat16_have_no_low_bits(int bits)
    {
        using Split split = new(_device, bits, new float[77]);
        split.Exact.Fill(0.1f);
        split.Parameter.Value.CopyFrom(Enumerable.Repeat((BFloat16)0.1f, 77).ToArray());
        Assert.That(TestTraining.Numbers(split.Exact), Is.All.EqualTo((float)(BFloat16)0.1f));
        split.Exact.Fill(0.1f);
        split.Optimizer.ResetState(split.Parameter);
        Assert.That(TestTraining.Numbers(split.Exact), Is.All.EqualTo((float)(BFloat16)0.1f));
        split.Exact.CopyFrom(Enumerable.Repeat((BFloat16)0.3f, 77).ToArray());
        Assert.That(TestTraining.Numbers(split.Exact), Is.All.EqualTo((float)(BFloat16)0.3f));
    }

    [Test]
    public void Slow_weights_become_the_exact_values()
    {
        using var parameters = new ParameterBuffer(_device);
        Parameter parameter = parameters.Add("p", DType.BFloat16, 300);
        using var optimizer = new Ranger(parameters, new RangerOptions { Lr = 0, MasterWeightBits = 32 });
        parameter.Gradient.Fill(1);
        optimizer.Step();
        parameter.Value.Fill(0.1f);
        Assert.That(TestTraining.Numbers(optimizer.State(parameter, "la_param")), Is.All.EqualTo(0.1f));
        optimizer.MasterWeights(parameter).Fill(0.7f);
        Assert.That(TestTraining.Numbers(optimizer.State(parameter, "la_param")), Is.All.EqualTo(0.7f));
    }

    [Test]
    public void Weights_of_32_bits_go_the_way_of_float32_ones()
    {
        float[] numbers = TestTraining.Numbers(new Random(3), 300);
        using Split split = new(_device, 32, numbers);
        split.Parameter.Value.CopyFrom(numbers);
        using var others = new ParameterBuffer(_device, gradientDType: DType.BFloat16);
        Parameter other = others.Add("p", DType.Float32, numbers.Length);
        other.Value.CopyFrom(numbers);
        using var plain = new AdamW(others, new AdamWOptions { Lr = 1e-3 });
        for (int step = 0; step < 5; step++)
        {
            foreach (Parameter parameter in (Parameter[])[split.Parameter, other])
                parameter.Gradient.CopyFrom(TestTraining.Numbers(new Random(step), numbers.Length));
            split.Optimizer.Step();
            plain.Step();
        }

        Assert.That(TestTraining.Bits(split.Exact), Is.EqualTo(TestTraining.Bits(other.Value)));
    }

    [TestCase(24)]
    [TestCase(32)]
    public void Averages_that_were_swapped_in_leave_the_low_bits_alone(int bits)
    {
        using Split split = new(_device, bits, TestTraining.Numbers(new Random(4), 300));
        split.Optimizer.AverageDecay = 0.5;
        split.Parameter.Value.CopyFrom(split.Numbers);
        split.Parameter.Gradient.Fill(1);
        split.Optimizer.Step();
        split.Optimizer.Step();
        uint[] before = TestTraining.Bits(split.Exact);
        using (split.Optimizer.SwapIn())
        {
            Assert.That(() => split.Exact.CopyTo(new float[300]), Throws.TypeOf<ParameterException>().With.Message.Contains("SwapOut"));
            Assert.That(() => split.Exact.Fill(1), Throws.TypeOf<ParameterException>().With.Message.Contains("SwapOut"));
            Assert.That(() => split.Parameter.Value.Fill(1), Throws.TypeOf<ParameterException>().With.Message.Contains("SwapOut"));
        }

        Assert.That(TestTraining.Bits(split.Exact), Is.EqualTo(before));
    }

    [Test]
    public void A_foreseen_step_begins_with_the_exact_value()
    {
        // The update is the decay of what is not in the values.
        using var parameters = new ParameterBuffer(_device);
        Parameter parameter = parameters.Add("p", DType.BFloat16, 1);
        using var optimizer = new SGD(parameters, new SGDOptions { Lr = 1, WeightDecay = 0.5, MasterWeightBits = 32 });
        parameter.Gradient.Fill(0);
        optimizer.Step();
        parameter.Value.Fill(0.1f);
        Assert.That(optimizer.StepWithStatistics().UpdateNorm, Is.EqualTo(0.05f).Within(1e-9));
    }

    [Test]
    public void There_are_no_views()
    {
        using Split split = new(_device, 24, new float[3]);
        Assert.Multiple(() =>
        {
            Assert.That(() => split.Exact.AsSpan<float>(), Throws.TypeOf<ParameterException>().With.Message.Contains("CopyTo"));
            Assert.That(() => split.Exact.AsArrayView<float>(), Throws.TypeOf<ParameterException>().With.Message.Contains("CopyTo"));
            Assert.That(() => split.Exact.Add([1f, 2, 3]), Throws.TypeOf<ParameterException>().With.Message.Contains("CopyFrom"));
            Assert.That(() => split.Exact.CopyFrom([1f]), Throws.TypeOf<ParameterException>().With.Message.Contains("exact value of parameter 'p'"));
            Assert.That(split.Optimizer.TryGetState(split.Parameter, "kahan_comp", out _), Is.False);
        });
    }

    [TestCase(null, true)]
    [TestCase(null, false)]
    [TestCase(16, null)]
    public void Other_weights_have_nothing_beyond_their_values(int? bits, bool? kahan)
    {
        using var parameters = new ParameterBuffer(_device);
        Parameter parameter = parameters.Add("p", DType.BFloat16, 3);
        using var optimizer = new AdamW(parameters, new AdamWOptions { Lr = 1, MasterWeightBits = bits, Kahan = kahan });
        Assert.That(
            () => optimizer.MasterWeights(parameter), Throws.TypeOf<ParameterException>().With.Message.Contains("MasterWeightBits of 24 or 32"));
    }

    [Test]
    public void A_parameter_that_was_always_frozen_has_nothing()
    {
        using var parameters = new ParameterBuffer(_device);
        Parameter parameter = parameters.Add("p", DType.BFloat16, 3);
        parameter.Frozen = true;
        using var optimizer = new AdamW(parameters, new AdamWOptions { Lr = 1, MasterWeightBits = 24 });
        Assert.That(() => optimizer.MasterWeights(parameter), Throws.TypeOf<ParameterException>().With.Message.Contains("frozen"));
    }

    /// <summary>The nearest number of as many bits, ties away from zero, by integers alone.</summary>
    private static uint Nearest(float number, int bits)
    {
        uint b = float.IsNaN(number) ? 0x7FC00000 : BitConverter.SingleToUInt32Bits(number);
        return bits == 32 ? b : (b + 128) >> 8 << 8;
    }

    /// <summary>A parameter whose weights are split.</summary>
    private sealed class Split : IDisposable
    {
        private readonly ParameterBuffer _buffer;
        private readonly int _bits;

        public Split(ComputeDevice device, int bits, float[] numbers)
        {
            (_bits, Numbers) = (bits, numbers);
            _buffer = new ParameterBuffer(device);
            Parameter = _buffer.Add("p", DType.BFloat16, numbers.Length);
            Optimizer = new AdamW(_buffer, new AdamWOptions { Lr = 1e-3, MasterWeightBits = bits, StateDType = DType.Float32 });
            Exact = Optimizer.MasterWeights(Parameter);
        }

        public Parameter Parameter { get; }

        public AdamW Optimizer { get; }

        public TensorStorage Exact { get; }

        public float[] Numbers { get; }

        /// <summary>Compares values and low bits with what the integers give.</summary>
        public void CheckStored()
        {
            var values = new BFloat16[Numbers.Length];
            Parameter.Value.CopyTo(values);
            StoredPart part = Optimizer.StoredParts(Parameter).Single();
            byte[] stored = new byte[part.Bytes];
            part.CopyTo(stored);
            Assert.That(part.Type, Is.EqualTo(_bits == 24 ? "I8" : "I16"));
            foreach ((int i, float number) in Numbers.Index())
            {
                uint b = float.IsNaN(number) ? 0x7FC00000 : BitConverter.SingleToUInt32Bits(number);
                uint k = _bits == 24 ? (b + 128) >> 8 : b;
                uint hi = _bits == 24 ? (k + 128) >> 8 : (b + 0x8000) >> 16;
                int lo = (int)(k - (hi << (_bits - 16)));
                Assert.That(values[i].Bits, Is.EqualTo(hi), $"{number}");
                Assert.That(
                    _bits == 24 ? (sbyte)stored[i] : BinaryPrimitives.ReadInt16LittleEndian(stored.AsSpan(2 * i)),
                    Is.EqualTo(_bits == 24 ? (sbyte)lo : (short)lo), $"{number}");
            }
        }

        public void Dispose()
        {
            Optimizer.Dispose();
            _buffer.Dispose();
        }
    }
}
