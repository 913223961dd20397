namespace Optimi.Tests;

/// <summary>Rules as functions of the caller's memory give the bits that optimizers give, and touch nothing else.</summary>
internal sealed class FunctionalTests
{
    private const int Steps = 3;

    /// <summary>Less than a tile, a whole one, some with a rest, of odd and even length.</summary>
    private static readonly int[] _lengths = [1, 2, 255, 256, 701];

    private static IEnumerable<TestCaseData> Variants =>
        from optimizer in TestOptimizer.All
        from variant in TestOptimizer.Variants
        select new TestCaseData(optimizer, variant.DType, variant.Kahan, variant.States);

    /// <summary>On devices one of each width. On OpenCL, where each has kernels of its own to compile, the usual run has few: the others
    /// differ in their rules only, which optimizers' kernels test.</summary>
    private static IEnumerable<TestCaseData> VariantsOnDevices =>
        from device in TestDevice.Kinds
        from optimizer in TestOptimizer.All
        from variant in (IEnumerable<(DType DType, bool Kahan, DType? States)>)
            [(DType.Float32, false, null), (DType.BFloat16, true, null), (DType.Float16, true, DType.Float32)]
        select new TestCaseData(device, optimizer, variant.DType, variant.Kahan, variant.States).LongIf(
            device.IsOpenCL && (optimizer.Name is not ("adamw" or "stableadamw") || variant.DType == DType.Float16));

    [TestCaseSource(nameof(Variants))]
    public void A_list_of_tensors_is_stepped_as_an_optimizer_does(TestOptimizer optimizer, DType dtype, bool kahan, DType? states)
    {
        OptimizerOptions options = optimizer.Options with { Kahan = kahan, StateDType = states };
        SlotLayout layout = optimizer.Layout(dtype, kahan, states);
        OwnedTensor[] tensors = [.. _lengths.Select(length => new OwnedTensor(layout, length, before: 3))];
        Fill(tensors);
        for (int step = 1; step <= Steps; step++)
        {
            WriteGradients(tensors, step);
            optimizer.OnLists(options, step, [.. tensors.Select(tensor => tensor.Slots)], Accumulates(layout, step));
        }

        Check(tensors, optimizer, dtype, kahan, states);
    }

    [TestCaseSource(nameof(VariantsOnDevices))]
    public void Views_are_stepped_as_an_optimizer_does(
        TestDevice row, TestOptimizer optimizer, DType dtype, bool kahan, DType? states)
    {
        ComputeDevice device = row.Shared;
        OptimizerOptions options = optimizer.Options with { Kahan = kahan, StateDType = states };
        SlotLayout layout = optimizer.Layout(dtype, kahan, states);
        // Before the tensor an even number of quads, an odd one of half words, and nothing at all; and before the states of the
        // last an odd number, so that float32 beside halves is not aligned to its pairs.
        OwnedTensor[] tensors =
        [
            .. _lengths.Zip([0, 8, 1, 0, 8], (length, before) => new OwnedTensor(layout, length, before)),
            new OwnedTensor(layout, 701, before: 2, beforeStates: 1),
        ];
        Fill(tensors);
        for (int step = 1; step <= Steps; step++)
        {
            WriteGradients(tensors, step);
            foreach (OwnedTensor tensor in tensors)
                tensor.On(device, views => optimizer.OnViews(device, options, step, views, Accumulates(layout, step)));
        }

        Check(tensors, optimizer, dtype, kahan, states);
    }

    [Test]
    public void A_large_list_of_many_types_is_stepped_by_all_threads()
    {
        var options = new StableAdamWOptions { Lr = 0.01 };
        OwnedTensor[] tensors =
        [
            .. Enumerable.Range(0, 60).Select(i =>
                new OwnedTensor(options.LayoutOf((DType)(i % 3), (DType)(i % 3)), 1 + (i * i * 40 % 9973), before: 0)),
        ];
        Fill(tensors);
        OwnedTensor[] alone = [.. Enumerable.Range(0, 60).Select(i =>
            new OwnedTensor(options.LayoutOf((DType)(i % 3), (DType)(i % 3)), 1 + (i * i * 40 % 9973), before: 1))];
        Fill(alone);
        WriteGradients(tensors, 1);
        WriteGradients(alone, 1);
        Optimi.Functional.Step(options, 1, [.. tensors.Select(tensor => tensor.Slots)]);
        foreach (OwnedTensor tensor in alone)
            Optimi.Functional.Step(options, 1, [tensor.Slots]);
        Assert.That(tensors.SelectMany(BitsOf).SequenceEqual(alone.SelectMany(BitsOf)), Is.True);
    }

    [Test]
    public void Threads_may_call_at_the_same_time()
    {
        var options = new AdamWOptions { Lr = 0.01 };
        OwnedTensor[] tensors = [.. Enumerable.Range(0, 16).Select(_ => new OwnedTensor(options.LayoutOf(DType.BFloat16, DType.BFloat16), 99_999, 0))];
        Parallel.ForEach(tensors, tensor =>
        {
            Fill([tensor]);
            for (int step = 1; step <= Steps; step++)
            {
                WriteGradients([tensor], step);
                Optimi.Functional.Step(options, step, [tensor.Slots]);
            }
        });
        uint[] first = [.. BitsOf(tensors[0])];
        Assert.That(tensors.All(tensor => BitsOf(tensor).SequenceEqual(first)), Is.True);
    }

    [Test]
    public void Spans_of_every_type_are_stepped()
    {
        var options = new LionOptions { Lr = 0.5, Kahan = false };
        Span<float> wide = [1, 1];
        Span<BFloat16> brain = [(BFloat16)1f, (BFloat16)1f];
        Half[] half = [(Half)1, (Half)1];
        Optimi.Functional.Step(options, 1, wide, (ReadOnlySpan<float>)[1f, -1f], new float[2]);
        Optimi.Functional.Step(options, 1, brain, (Span<BFloat16>)[(BFloat16)1f, (BFloat16)(-1f)], new BFloat16[2]);
        Optimi.Functional.Step(options, 1, half, new[] { (Half)1, (Half)(-1) }, new Half[2]);
        Assert.Multiple(() =>
        {
            Assert.That(half.Select(number => (float)number), Is.EqualTo(new[] { 0.5f, 1.5f }));
        });
        Assert.That(wide.ToArray(), Is.EqualTo(new[] { 0.5f, 1.5f }));
        Assert.That(brain.ToArray().Select(number => (float)number), Is.EqualTo(new[] { 0.5f, 1.5f }));
    }

    [Test]
    public void The_learning_rate_of_a_step_stands_above_that_of_the_options()
    {
        float[] values = [1];
        Optimi.Functional.Step(new SGDOptions { Lr = 100 }, 1, values, new float[] { 1 }, lr: 0.25);
        Assert.That(values[0], Is.EqualTo(0.75f));
    }

    private static void Fill(OwnedTensor[] tensors)
    {
        foreach ((int i, OwnedTensor tensor) in tensors.Index())
            tensor.Write(Slot.Values, TestTraining.Numbers(new Random(i), tensor.Length));
    }

    private static void WriteGradients(OwnedTensor[] tensors, int step)
    {
        foreach ((int i, OwnedTensor tensor) in tensors.Index())
            tensor.Write(Slot.Gradients, TestTraining.Numbers(new Random((100 * step) + i), tensor.Length));
    }

    private static bool Accumulates(SlotLayout layout, int step) => step == 2 && layout.States != default;

    private static IEnumerable<uint> BitsOf(OwnedTensor tensor) => tensor.Bits(Slot.Values)
        .Concat(Enumerable.Range(Slot.FirstState, StateTypes.Count).SelectMany(tensor.Bits)).Concat(tensor.Bits(Slot.Compensation));

    /// <summary>Compares with an optimizer that steps the same numbers.</summary>
    private static void Check(OwnedTensor[] tensors, TestOptimizer optimizer, DType dtype, bool kahan, DType? states)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        foreach ((int i, OwnedTensor tensor) in tensors.Index())
            parameters.Add($"{i}", dtype, tensor.Length).Value.CopyFrom(TestTraining.Numbers(new Random(i), tensor.Length));
        using Optimizer reference = optimizer.Over(parameters, kahan, states);
        for (int step = 1; step <= Steps; step++)
        {
            foreach ((int i, Parameter parameter) in parameters.Index())
                parameter.Gradient.CopyFrom(TestTraining.Numbers(new Random((100 * step) + i), (int)parameter.Length));
            reference.Accumulate = Accumulates(optimizer.Layout(dtype, kahan, states), step);
            reference.Step();
        }

        Assert.Multiple(() =>
        {
            foreach ((OwnedTensor tensor, Parameter parameter) in tensors.Zip(parameters))
            {
                IEnumerable<uint> expected = TestTraining.Bits(parameter.Value).Concat(
                    reference.StateNames(parameter).SelectMany(name => TestTraining.Bits(reference.State(parameter, name))));
                Assert.That(BitsOf(tensor).SequenceEqual(expected), Is.True, $"{tensor.Length} numbers");
                Assert.That(tensor.IsUntouchedAround(), Is.True, $"around {tensor.Length} numbers");
            }
        });
    }
}
