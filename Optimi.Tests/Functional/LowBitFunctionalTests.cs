namespace Optimi.Tests;

/// <summary>Rules as functions of the caller's memory, of which some is in few bits: the bits are those of optimizers.</summary>
internal sealed class LowBitFunctionalTests
{
    private const int Steps = 3;

    private const uint Seed = 8;

    /// <summary>Less than a group, less than a tile, a whole one, and some with a rest.</summary>
    private static readonly int[] _lengths = [1, 2, 33, 255, 256, 701];

    private static IEnumerable<TestCaseData> Rows => LowBitOptimizer.On(TestDevice.Kinds);

    [TestCaseSource(typeof(LowBitOptimizer), nameof(LowBitOptimizer.All))]
    public void A_list_of_tensors_is_stepped_as_an_optimizer_does(LowBitOptimizer optimizer)
    {
        OwnedTensor[] tensors = Owned(optimizer, [.. _lengths.Select(length => (length, 3, 3))]);
        for (int step = 1; step <= Steps; step++)
        {
            WriteGradients(tensors, step);
            optimizer.Kind.OnLists(
                OptionsOf(optimizer), step, [.. tensors.Select(tensor => tensor.Slots)], Accumulates(optimizer, step));
        }

        Check(tensors, optimizer);
    }

    [TestCaseSource(nameof(Rows))]
    public void Views_are_stepped_as_an_optimizer_does(TestDevice row, LowBitOptimizer optimizer)
    {
        ComputeDevice device = row.Shared;
        // Aligned to quads, to words, and to halves of them: values and states, values alone, and states alone.
        OwnedTensor[] tensors = Owned(
            optimizer, [(1, 0, 0), (2, 8, 8), (33, 1, 1), (255, 2, 2), (256, 0, 0), (701, 8, 8), (600, 2, 1), (600, 1, 2)]);
        for (int step = 1; step <= Steps; step++)
        {
            WriteGradients(tensors, step);
            foreach (OwnedTensor tensor in tensors)
            {
                tensor.On(
                    device, views => optimizer.Kind.OnViews(device, OptionsOf(optimizer), step, views, Accumulates(optimizer, step)));
            }
        }

        Check(tensors, optimizer);
    }

    [Test]
    public void Spans_of_codes_are_stepped()
    {
        var options = new AdamWOptions { Lr = 0.5, WeightDecay = 0, CompressedStates = true, MasterWeightBits = 24 };
        Span<BFloat16> values = [(BFloat16)1f, (BFloat16)1f];
        Span<BFloat16> gradients = [(BFloat16)2f, (BFloat16)(-2f)];
        Span<ushort> moments = new ushort[256];
        Span<sbyte> lowBits = new sbyte[256];
        Span<byte> headers = new byte[32];
        Optimi.Functional.Step(options, 1, values, gradients, moments, lowBits: lowBits, headers: headers);
        Assert.That(values.ToArray().Select(number => (float)number), Is.EqualTo(new[] { 0.5f, 1.5f }));
        Assert.That(moments.ToArray().Skip(2), Is.All.Zero);
        Assert.That(moments[0], Is.Not.Zero);

        Span<float> wide = [1, 1];
        Optimi.Functional.Step(
            new LionOptions { Lr = 0.5, CompressedStates = true }, 1, wide, new float[] { 2, -2 }, new sbyte[256], headers: new byte[16]);
        Assert.That(wide.ToArray(), Is.EqualTo(new[] { 0.5f, 1.5f }));

        Optimi.Functional.Step(
            new LionOptions { Lr = 0.5, Kahan = null, MasterWeightBits = 32 }, 1, values, gradients, new BFloat16[2], lowBits: new short[2]);
        Assert.That(values.ToArray().Select(number => (float)number), Is.EqualTo(new[] { 0f, 2f }));
    }

    [Test]
    public void Memory_by_its_address_is_stepped()
    {
        float[] values = GC.AllocateArray<float>(300, pinned: true);
        sbyte[] codes = GC.AllocateArray<sbyte>(512, pinned: true);
        byte[] headers = GC.AllocateArray<byte>(32, pinned: true);
        var options = new LionOptions { Lr = 0.5, CompressedStates = true };
        float[] gradients = [.. Enumerable.Repeat(1f, 300)];
        for (int step = 1; step <= 2; step++)
        {
            unsafe
            {
                fixed (void* v = values, c = codes, h = headers)
                {
                    Optimi.Functional.Step(
                        options, step, [new TensorSlots(new((nint)v, DType.Float32, 300), gradients, new((nint)c, CodeType.Int8, 512), Headers: new((nint)h, CodeType.UInt8, 32))]);
                    Optimi.Functional.Step(
                        options, step, values, gradients, new TensorSpan((nint)c, CodeType.Int8, 512), headers: new TensorSpan((nint)h, CodeType.UInt8, 32));
                }
            }
        }

        Assert.That(values, Is.All.EqualTo(-2));
    }

    [Test]
    public void What_each_argument_takes_is_said()
    {
        Assert.That(
            Optimi.Functional.SlotsOf(new AdanOptions { Lr = 1, CompressedStates = true, MasterWeightBits = 24 }, DType.BFloat16, 300),
            Is.EqualTo((SlotSize[])
            [
                new("lowBits", "low_bits", null, CodeType.Int8, 512, 512),
                new("first", "moments", null, CodeType.UInt16, 512, 1024),
                new("third", "exp_avg_diff", null, CodeType.Int8, 512, 512),
                new("fourth", "prev_grad", DType.BFloat16, null, 300, 600),
                new("headers", "headers", null, CodeType.UInt8, 96, 96),
            ]));
        Assert.That(
            Optimi.Functional.SlotsOf(new AdamWOptions { Lr = 1, MasterWeightBits = 32 }, DType.BFloat16, 300).Select(slot => (slot.Argument, slot.Length)),
            Is.EqualTo((IEnumerable<(string, long)>)[("lowBits", 300), ("first", 300), ("second", 300)]));
        Assert.That(
            Optimi.Functional.SlotsOf(new AdamWOptions { Lr = 1 }, DType.BFloat16, 3).Select(slot => slot.Argument),
            Is.EqualTo((string[])["kahanComp", "first", "second"]));
        Assert.That(
            () => Optimi.Functional.SlotsOf(new AdamWOptions { Lr = 1 }, DType.BFloat16, -1), Throws.TypeOf<ParameterException>().With.Message.Contains("-1"));
    }

    private static OptimizerOptions OptionsOf(LowBitOptimizer optimizer) => optimizer.Kind.Options with { DitherSeed = Seed };

    private static bool Accumulates(LowBitOptimizer optimizer, int step) => step == 2 && optimizer.HasStates;

    private static OwnedTensor[] Owned(LowBitOptimizer optimizer, params (int Length, int Before, int BeforeStates)[] tensorsToBe)
    {
        SlotLayout layout = OptionsOf(optimizer).LayoutOf(optimizer.DType, optimizer.DType);
        OwnedTensor[] tensors = [.. tensorsToBe.Select(tensor => new OwnedTensor(layout, tensor.Length, tensor.Before, tensor.BeforeStates))];
        foreach ((int i, OwnedTensor tensor) in tensors.Index())
            tensor.Write(Slot.Values, TestTraining.Numbers(new Random(i), tensor.Length));
        return tensors;
    }

    private static void WriteGradients(OwnedTensor[] tensors, int step)
    {
        foreach ((int i, OwnedTensor tensor) in tensors.Index())
            tensor.Write(Slot.Gradients, TestTraining.Numbers(new Random((100 * step) + i), tensor.Length));
    }

    /// <summary>Compares with an optimizer that steps the same numbers.</summary>
    private static void Check(OwnedTensor[] tensors, LowBitOptimizer optimizer)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        foreach ((int i, OwnedTensor tensor) in tensors.Index())
            parameters.Add($"{i}", optimizer.DType, tensor.Length).Value.CopyFrom(TestTraining.Numbers(new Random(i), tensor.Length));
        using Optimizer reference = optimizer.Create(parameters, Seed);
        for (int step = 1; step <= Steps; step++)
        {
            foreach ((int i, Parameter parameter) in parameters.Index())
                parameter.Gradient.CopyFrom(TestTraining.Numbers(new Random((100 * step) + i), (int)parameter.Length));
            reference.Accumulate = Accumulates(optimizer, step);
            reference.Step();
        }

        Assert.Multiple(() =>
        {
            foreach ((OwnedTensor tensor, Parameter parameter) in tensors.Zip(parameters))
            {
                IEnumerable<uint> numbers = TestTraining.Bits(parameter.Value).Concat(reference.StateNames(parameter)
                    .Select(name => reference.State(parameter, name)).Where(state => state is not GroupedState).SelectMany(TestTraining.Bits));
                Assert.That(BitsOf(tensor), Is.EqualTo(numbers), $"{tensor.Length} numbers");
                Assert.That(
                    tensor.Parts(), Is.EqualTo(reference.StoredParts(parameter).SelectMany(StoredBits.Bytes)), $"codes of {tensor.Length} numbers");
                Assert.That(tensor.IsUntouchedAround(), Is.True, $"around {tensor.Length} numbers");
            }
        });
    }

    private static IEnumerable<uint> BitsOf(OwnedTensor tensor) => tensor.Bits(Slot.Values)
        .Concat(Enumerable.Range(Slot.FirstState, StateTypes.Count).SelectMany(tensor.Bits)).Concat(tensor.Bits(Slot.Compensation));
}
