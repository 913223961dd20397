namespace Optimi.Tests;

/// <summary>What is stored in few bits, in the memory of every device: files go into it and come out of it, in as many pieces as it takes.</summary>
internal sealed class LowBitMemoryTests
{
    /// <summary>More than a piece of a file has in it, and no whole tile at the end.</summary>
    private const int Length = 1_100_001;

    private static IEnumerable<TestCaseData> Cases =>
        from optimizer in (string[])["adan", "lion"]
        from device in TestDevice.Kinds
        select new TestCaseData(optimizer, device).LongIf(device != LowBitOptimizer.Hosts.First());

    [TestCaseSource(nameof(Cases))]
    public void Large_tensors_go_in_pieces(string optimizer, TestDevice row)
    {
        using var source = new Large(TestDevice.Kinds.First().Shared, optimizer, options => options with { CompressedStates = true, MasterWeightBits = 24 });
        source.Step();
        byte[] file = source.Save();
        using var target = new Large(row.Shared, optimizer, options => options with { CompressedStates = true, MasterWeightBits = 24 });
        target.Load(file);
        Assert.That(target.Save(), Is.EqualTo(file));
        Assert.That(TestTraining.Bits(target.Exact), Is.EqualTo(TestTraining.Bits(source.Exact)));
    }

    [TestCase("adan")]
    [TestCase("lion")]
    public void Large_tensors_are_converted_in_pieces(string optimizer)
    {
        ComputeDevice device = TestDevice.Kinds.First().Shared;
        using var source = new Large(device, optimizer, options => options with { CompressedStates = true, MasterWeightBits = 24 });
        source.Step();
        using var plain = new Large(device, optimizer, options => options with { Kahan = true, StateDType = DType.Float32 });
        plain.Load(source.Save(), CheckpointConversions.StateDType | CheckpointConversions.Kahan);
        using var back = new Large(device, optimizer, options => options with { CompressedStates = true, MasterWeightBits = 32 });
        back.Load(plain.Save(), CheckpointConversions.StateDType | CheckpointConversions.Kahan);
        foreach (string state in source.Optimizer.StateNames(source.Parameter))
        {
            float[] before = TestTraining.Numbers(source.Optimizer.State(source.Parameter, state));
            Assert.That(TestTraining.Numbers(plain.Optimizer.State(plain.Parameter, state)), Is.EqualTo(before), state);
            float[] after = TestTraining.Numbers(back.Optimizer.State(back.Parameter, state));
            double bound = before.Max(Math.Abs) * LowBitOptimizer.Precision;
            Assert.That(before.Zip(after, (was, isNow) => Math.Abs(was - isNow)).Max(), Is.LessThanOrEqualTo(bound), state);
        }
    }

    /// <summary>One large parameter and its optimizer.</summary>
    private sealed class Large : IDisposable
    {
        private readonly ParameterBuffer _buffer;

        public Large(ComputeDevice device, string optimizer, Func<OptimizerOptions, OptimizerOptions> change)
        {
            _buffer = new ParameterBuffer(device);
            Parameter = _buffer.Add("p", DType.BFloat16, Length);
            TestOptimizer row = TestOptimizer.All.First(row => row.Name == optimizer);
            Optimizer = row.Create(new ParameterGroup(_buffer, change(row.Options)));
        }

        public Parameter Parameter { get; }

        public Optimizer Optimizer { get; }

        public TensorStorage Exact => Optimizer.MasterWeights(Parameter);

        public void Step()
        {
            Parameter.Gradient.CopyFrom(TestTraining.Numbers(new Random(1), Length));
            Optimizer.Step();
        }

        public byte[] Save()
        {
            using var file = new MemoryStream();
            Checkpoint.Save(file, new TrainingState(Optimizer));
            return file.ToArray();
        }

        public void Load(byte[] file, CheckpointConversions conversions = CheckpointConversions.None)
        {
            using var stream = new MemoryStream(file);
            Checkpoint.Load(stream, new TrainingState(Optimizer), new CheckpointLoadOptions { Conversions = conversions });
        }

        public void Dispose()
        {
            Optimizer.Dispose();
            _buffer.Dispose();
        }
    }
}
