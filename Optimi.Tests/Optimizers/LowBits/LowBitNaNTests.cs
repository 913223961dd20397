using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>A NaN costs the group that it is stored in, and nothing else.</summary>
internal sealed class LowBitNaNTests
{
    private const int Length = 600;

    private const int Lost = 333;

    /// <summary>Where the update depends on a mean over the tensor, a NaN changes it.</summary>
    private static IEnumerable<TestCaseData> Rows =>
        from device in TestDevice.Kinds
        from optimizer in LowBitOptimizer.All
        where !optimizer.Kind.Measures
        select new TestCaseData(device, optimizer).LongIf(device.IsOpenCL);

    [TestCaseSource(nameof(Rows))]
    public void One_NaN_costs_its_group(TestDevice row, LowBitOptimizer optimizer)
    {
        using var clean = new Training(row.Shared, optimizer);
        using var spoilt = new Training(row.Shared, optimizer);
        clean.Step(1, Lost, isBad: false);
        spoilt.Step(1, Lost, isBad: true);
        foreach (string state in spoilt.Optimizer.StateNames(spoilt.Parameter).Where(name => name is StateName.ExpAvg or StateName.ExpAvgDiff))
        {
            int length = state == StateName.ExpAvgDiff ? Signed8.GroupLength : spoilt.GroupLength;
            Assert.That(
                spoilt.Numbers(state).Select(float.IsNaN),
                Is.EqualTo(Enumerable.Range(0, Length).Select(i => i / length == Lost / length)),
                state);
        }

        for (int step = 2; step <= 4; step++)
        {
            clean.Step(step, Lost, isBad: false);
            spoilt.Step(step, Lost, isBad: false);
        }

        int group = Lost / spoilt.GroupLength;
        Assert.Multiple(() =>
        {
            Assert.That(spoilt.Numbers(null)[Lost], Is.NaN);
            Assert.That(spoilt.Outside(null, group), Is.EqualTo(clean.Outside(null, group)));
            foreach (string state in spoilt.Optimizer.StateNames(spoilt.Parameter))
                Assert.That(spoilt.Outside(state, group), Is.EqualTo(clean.Outside(state, group)), state);
        });
    }

    private static IEnumerable<TestCaseData> Devices =>
        TestDevice.Kinds.Select(device => new TestCaseData(device).LongIf(device.IsOpenCL));

    [TestCaseSource(nameof(Devices))]
    public void One_NaN_does_not_cost_the_tensors_learning_rate(TestDevice row)
    {
        LowBitOptimizer optimizer = LowBitOptimizer.All.First(kind => kind.Kind.Measures);
        using var spoilt = new Training(row.Shared, optimizer);
        spoilt.Step(1, Lost, isBad: true);
        spoilt.Step(2, Lost, isBad: false);
        float[] values = spoilt.Numbers(null);
        Assert.That(
            values.Select(float.IsNaN), Is.EqualTo(Enumerable.Range(0, Length).Select(i => i / Pair16.GroupLength == Lost / Pair16.GroupLength)));
    }

    /// <summary>One parameter and its optimizer.</summary>
    private sealed class Training : IDisposable
    {
        private readonly ParameterBuffer _buffer;

        public Training(ComputeDevice device, LowBitOptimizer optimizer)
        {
            _buffer = new ParameterBuffer(device);
            Parameter = _buffer.Add("p", optimizer.DType, Length);
            Parameter.Value.CopyFrom(TestTraining.Numbers(new Random(0), Length));
            Optimizer = optimizer.Create(_buffer, seed: 1);
            GroupLength = !optimizer.Kind.Options.CompressedStates || !optimizer.HasStates ? 1
                : Optimizer.TryGetState(Parameter, StateName.ExpAvgSq, out _) ? Pair16.GroupLength : Signed8.GroupLength;
        }

        public Parameter Parameter { get; }

        public Optimizer Optimizer { get; }

        /// <summary>How many numbers are lost together.</summary>
        public int GroupLength { get; }

        public void Step(int step, int lost, bool isBad)
        {
            float[] gradient = TestTraining.Numbers(new Random(step), Length);
            if (isBad)
                gradient[lost] = float.NaN;
            Parameter.Gradient.CopyFrom(gradient);
            Optimizer.Step();
        }

        /// <summary>The numbers of a state, or of the values.</summary>
        public float[] Numbers(string? state) =>
            TestTraining.Numbers(state is null ? Parameter.Value : Optimizer.State(Parameter, state));

        /// <summary>The numbers outside of a group.</summary>
        public IEnumerable<float> Outside(string? state, int group) =>
            Numbers(state).Where((_, i) => i / GroupLength != group);

        public void Dispose()
        {
            Optimizer.Dispose();
            _buffer.Dispose();
        }
    }
}
