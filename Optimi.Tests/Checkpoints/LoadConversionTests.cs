namespace Optimi.Tests;

/// <summary>What is stored otherwise than it was saved is converted if that is asked for by name, and refused if not.</summary>
internal sealed class LoadConversionTests
{
    private ComputeDevice _device = null!;

    [OneTimeSetUp]
    public void Open() => _device = ComputeDevice.Open("cpu");

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    [Test]
    public void What_bfloat16_cannot_hold_goes_into_the_compensation()
    {
        using SavedTraining source = Training(DType.Float32);
        source.Run(0, 3);
        using SavedTraining target = Training(DType.BFloat16, kahan: true);
        Refused(source, target, CheckpointConversions.StateDType, nameof(CheckpointConversions.ValueDType));
        Load(source, target, CheckpointConversions.ValueDType | CheckpointConversions.StateDType);
        foreach ((Parameter from, Parameter to) in source.Parameters.Zip(target.Parameters))
        {
            float[] values = TestTraining.Numbers(to.Value);
            float[] remainders = TestTraining.Numbers(target.Optimizer.State(to, "kahan_comp"));
            foreach ((int i, float expected) in TestTraining.Numbers(from.Value).Index())
            {
                Assert.That(values[i], Is.EqualTo((float)(BFloat16)expected));
                Assert.That(remainders[i], Is.EqualTo((float)(BFloat16)(expected - values[i])));
            }
        }
    }

    [Test]
    public void Back_in_float32_the_compensation_is_part_of_the_value()
    {
        using SavedTraining source = Training(DType.BFloat16, kahan: true);
        source.Run(0, 5);
        using SavedTraining target = Training(DType.Float32);
        Load(source, target, CheckpointConversions.ValueDType | CheckpointConversions.StateDType);
        foreach ((Parameter from, Parameter to) in source.Parameters.Zip(target.Parameters))
        {
            float[] values = TestTraining.Numbers(from.Value);
            float[] compensations = TestTraining.Numbers(source.Optimizer.State(from, "kahan_comp"));
            Assert.That(
                TestTraining.Numbers(to.Value), Is.EqualTo(values.Zip(compensations, (value, rest) => (float)((double)value + rest))));
        }
    }

    [Test]
    public void Parameters_alone_in_float32_have_the_compensation_too()
    {
        using SavedTraining source = Training(DType.BFloat16, kahan: true);
        source.Run(0, 5);
        using var file = new MemoryStream();
        Checkpoint.Save(file, source.State);
        file.Position = 0;
        using var parameters = new ParameterBuffer(_device);
        foreach (Parameter parameter in source.Parameters)
            parameters.Add(parameter.Name, DType.Float32, parameter.Shape);
        Checkpoint.Load(file, new TrainingState(parameters), new() { Conversions = CheckpointConversions.ValueDType });
        Parameter last = source.Parameters.Last();
        float[] expected =
        [
            .. TestTraining.Numbers(last.Value).Zip(
                TestTraining.Numbers(source.Optimizer.State(last, "kahan_comp")), (value, rest) => (float)((double)value + rest)),
        ];
        Assert.That(TestTraining.Numbers(parameters.Last().Value), Is.EqualTo(expected));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Kahan_summation_is_switched_on_or_off(bool isSwitchedOn)
    {
        using SavedTraining source = Training(DType.BFloat16, kahan: !isSwitchedOn);
        source.Run(0, 5);
        using SavedTraining target = Training(DType.BFloat16, kahan: isSwitchedOn);
        target.Run(9, 2);
        Refused(source, target, CheckpointConversions.None, nameof(CheckpointConversions.Kahan));
        Load(source, target, CheckpointConversions.Kahan);
        foreach ((Parameter from, Parameter to) in source.Parameters.Zip(target.Parameters))
        {
            float[] expected = TestTraining.Numbers(from.Value);
            if (isSwitchedOn)
            {
                Assert.That(TestTraining.Numbers(target.Optimizer.State(to, "kahan_comp")), Is.All.Zero);
            }
            else
            {
                float[] compensations = TestTraining.Numbers(source.Optimizer.State(from, "kahan_comp"));
                expected = [.. expected.Zip(compensations, (value, rest) => (float)(BFloat16)(value + rest))];
            }

            Assert.That(TestTraining.Numbers(to.Value), Is.EqualTo(expected));
        }
    }

    [Test]
    public void States_are_stored_otherwise()
    {
        using SavedTraining source = Training(DType.BFloat16, states: DType.Float32);
        source.Run(0, 3);
        using SavedTraining target = Training(DType.BFloat16);
        Refused(source, target, CheckpointConversions.None, nameof(CheckpointConversions.StateDType));
        Load(source, target, CheckpointConversions.StateDType);
        Parameter parameter = source.Parameters.Last();
        Assert.That(
            TestTraining.Numbers(target.Optimizer.State(target.Parameters.Last(), "exp_avg")),
            Is.EqualTo(TestTraining.Numbers(source.Optimizer.State(parameter, "exp_avg")).Select(number => (float)(BFloat16)number)));
    }

    [Test]
    public void States_of_another_optimizer_are_refused_or_left_aside()
    {
        using SavedTraining source = Training(DType.Float32);
        source.Run(0, 3);
        using var target = new SavedTraining(_device, DType.Float32, parameters => new Lion(parameters, lr: 1e-3));
        target.Run(0, 2);
        Refused(source, target, CheckpointConversions.None, "AdamW");
        Load(source, target, CheckpointConversions.OtherOptimizer);
        Assert.Multiple(() =>
        {
            Assert.That(TestTraining.Bits(target.Parameters.Last().Value), Is.EqualTo(TestTraining.Bits(source.Parameters.Last().Value)));
            Assert.That(target.Optimizer.StepCount(target.Parameters.Last()), Is.Zero);
            Assert.That(TestTraining.Numbers(target.Optimizer.State(target.Parameters.Last(), "exp_avg")), Is.All.Zero);
        });
    }

    [Test]
    public void Adam_goes_on_from_AdamW()
    {
        using SavedTraining source = Training(DType.Float32);
        source.Run(0, 3);
        using var target = new SavedTraining(
            _device, DType.Float32, parameters => new Adam(parameters, new AdamOptions { Lr = 1e-3, DecoupleWd = false }));
        Load(source, target, CheckpointConversions.None);
        source.Run(3, 2);
        target.Run(3, 2);
        Assert.That(target.Bits(), Is.EqualTo(source.Bits()));
    }

    [Test]
    public void Rounding_once_is_not_rounding_twice()
    {
        // Halfway between two bfloat16 numbers but for a bit that float32 lacks: float32 would round it to the tie, and that to even.
        double number = 1 + (1.0 / 256) + Math.Pow(2, -30);
        byte[] stored = new byte[2];
        double[] rounded = new double[1];
        RoundedOnce.Write([number], DType.BFloat16, stored, rounded);
        Assert.That(rounded[0], Is.EqualTo(1 + (1.0 / 128)));
        RoundedOnce.Write([1 + (1.0 / 256) - Math.Pow(2, -30)], DType.BFloat16, stored, rounded);
        Assert.That(rounded[0], Is.EqualTo(1));
        RoundedOnce.Write([1 + (1.0 / 256)], DType.BFloat16, stored, rounded);
        Assert.That(rounded[0], Is.EqualTo(1));
    }

    private static void Load(SavedTraining source, SavedTraining target, CheckpointConversions conversions)
    {
        using var file = new MemoryStream();
        Checkpoint.Save(file, source.State);
        file.Position = 0;
        Checkpoint.Load(file, target.State, new CheckpointLoadOptions { Conversions = conversions });
    }

    private static void Refused(SavedTraining source, SavedTraining target, CheckpointConversions conversions, string text)
    {
        uint[] before = target.Bits();
        Assert.That(
            () => Load(source, target, conversions), Throws.TypeOf<CheckpointMismatchException>().With.Message.Contains(text));
        Assert.That(target.Bits(), Is.EqualTo(before));
    }

    private SavedTraining Training(DType dtype, bool kahan = false, DType? states = null) =>
        new(_device, dtype, parameters => new AdamW(parameters, new AdamWOptions { Lr = 1e-3, Kahan = kahan, StateDType = states }));
}
