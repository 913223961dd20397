namespace Optimi.Tests;

/// <summary>The plan, made before anything is allocated, is what is allocated then.</summary>
internal sealed class MemoryPlanTests
{
    private static readonly int[] _lengths = [1, 255, 256, 300, 0, 1025, 7, 512];

    private static readonly AdamWOptions _options = new() { Lr = 0.01 };

    private static IEnumerable<TestCaseData> Rows =>
        from optimizer in TestOptimizer.All
        from variant in TestOptimizer.AllVariants
        select new TestCaseData(optimizer, variant.DType, variant.Kahan, variant.States)
            .SetArgDisplayNames(optimizer.Name, $"{variant.DType}", variant.Kahan ? "Kahan" : "plain", $"{variant.States}");

    private static IEnumerable<TestCaseData> Devices =>
        from device in TestDevice.Kinds
        from dtype in (DType[])[DType.Float32, DType.BFloat16]
        select new TestCaseData(device, dtype).SetArgDisplayNames(device.Name, $"{dtype}");

    [TestCaseSource(nameof(Rows))]
    public void Every_optimizer_allocates_what_was_planned(TestOptimizer kind, DType dtype, bool kahan, DType? states)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Add(parameters, dtype);
        MemoryPlan plan = MemoryPlan.For(parameters, kind.Options with { Kahan = kahan, StateDType = states });
        Assert.Multiple(() =>
        {
            Assert.That(device.Allocator.Live, Is.Zero);
            Assert.That(parameters.All(parameter => parameter.Place is null), Is.True);
        });
        using Optimizer optimizer = kind.Over(parameters, kahan, states);
        Step(optimizer);
        Assert.Multiple(() =>
        {
            AssertAllocated(plan, optimizer, parameters);
            // It is stored as the values are.
            Assert.That(plan.CompensationBytes, Is.EqualTo(kahan ? plan.ValueBytes : 0));
            Assert.That(plan.Length, Is.EqualTo(_lengths.Sum()));
            Assert.That(plan.BytesPerParameter, Is.EqualTo((double)plan.TotalBytes / plan.Length));
        });
    }

    [TestCaseSource(nameof(Devices))]
    public void Every_device_allocates_what_was_planned(TestDevice row, DType dtype)
    {
        using var parameters = new ParameterBuffer(row.Shared);
        Add(parameters, dtype);
        int live = row.Shared.Allocator.Live;
        MemoryPlan plan = MemoryPlan.For(parameters, _options);
        Assert.That(row.Shared.Allocator.Live, Is.EqualTo(live));
        using var optimizer = new AdamW(parameters, _options);
        Step(optimizer);
        Assert.Multiple(() => AssertAllocated(plan, optimizer, parameters));
    }

    [TestCaseSource(nameof(Devices))]
    public void Averages_take_what_was_planned(TestDevice row, DType dtype)
    {
        using var parameters = new ParameterBuffer(row.Shared);
        Add(parameters, dtype);
        parameters["p0"].Frozen = true;
        MemoryPlan plan = MemoryPlan.For(parameters, _options).WithAverages();
        using var optimizer = new AdamW(parameters, _options) { AverageDecay = 0.5 };
        Step(optimizer);
        Assert.Multiple(() => AssertAllocated(plan, optimizer, parameters));
        Assert.That(plan.AverageBytes, Is.EqualTo((plan.ValueBytes - dtype.TileBytes()) * sizeof(float) / dtype.Bytes()));
        Assert.That($"{plan}", Does.Contain("averages 0.01"));
    }

    [Test]
    public void Gradients_of_a_type_of_their_own_are_counted_by_it()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device, gradientDType: DType.Float32);
        Add(parameters, DType.BFloat16);
        MemoryPlan plan = MemoryPlan.For(parameters, _options);
        using var optimizer = new AdamW(parameters, _options);
        Step(optimizer);
        Assert.Multiple(() =>
        {
            AssertAllocated(plan, optimizer, parameters);
            Assert.That(plan.GradientBytes, Is.EqualTo(2 * plan.ValueBytes));
        });
    }

    [TestCase(null)]
    [TestCase(DType.Float32)]
    public void Rented_gradients_take_as_much_as_the_largest_layer(DType? gradientDType)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device, GradientMemory.None, gradientDType);
        Add(parameters, DType.BFloat16);
        Parameter[] all = [.. parameters];
        Parameter[][] layers = [[all[5], all[3]], [all[0], all[1], all[2]], [all[6], all[7]]];
        MemoryPlan alone = MemoryPlan.For(parameters, _options);
        MemoryPlan plan = MemoryPlan.For(parameters, _options, layers);
        using var optimizer = new AdamW(parameters, _options);
        int tileBytes = (gradientDType ?? DType.BFloat16).TileBytes();

        foreach (Parameter parameter in all)
            StepRented(optimizer, [parameter]);
        Assert.Multiple(() => AssertAllocated(alone, optimizer, parameters));
        Assert.That(alone.ScratchBytes, Is.EqualTo(5 * tileBytes));

        foreach (Parameter[] layer in layers)
            StepRented(optimizer, layer);
        Assert.Multiple(() => AssertAllocated(plan, optimizer, parameters));
        Assert.That(plan.ScratchBytes, Is.EqualTo((5 + 2) * tileBytes));
        Assert.That(plan.TotalBytes - plan.ScratchBytes, Is.EqualTo(alone.TotalBytes - alone.ScratchBytes));
    }

    [Test]
    public void A_pool_that_grew_piece_by_piece_comes_to_the_plan()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device, GradientMemory.None);
        Add(parameters, DType.Float32);
        Parameter[] all = [.. parameters];
        Parameter[][] layers = [[all[7]], [all[0], all[5]], [all[0], all[3], all[5], all[7]]];
        MemoryPlan plan = MemoryPlan.For(parameters, _options, layers);
        using var optimizer = new AdamW(parameters, _options);
        foreach (Parameter[] layer in (Parameter[][])[.. layers, .. layers])
            StepRented(optimizer, layer);
        Assert.That(parameters.GradientBytes, Is.EqualTo(plan.ScratchBytes));
    }

    [Test]
    public void Each_buffer_has_a_pool_of_its_own()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var first = new ParameterBuffer(device, GradientMemory.None);
        using var second = new ParameterBuffer(device, GradientMemory.None);
        Parameter[] layer = [first.Add("p", DType.Float32, 300), second.Add("p", DType.BFloat16, 1)];
        MemoryPlan plan = MemoryPlan.For(layer, _options, [layer]);
        using var optimizer = new AdamW(layer, _options);
        StepRented(optimizer, layer);
        Assert.Multiple(() => AssertAllocated(plan, optimizer, first, second));
        Assert.That(plan.ScratchBytes, Is.EqualTo((2 * 256 * 4) + (256 * 2)));
    }

    [Test]
    public void Memory_of_somebody_else_counts_nothing()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var kept = new ParameterBuffer(device);
        using var passing = new ParameterBuffer(device, GradientMemory.None);
        Parameter[] adopted =
        [
            kept.Adopt("with a gradient", DType.Float32, [300], new float[300], new float[300]),
            passing.Adopt("without one", DType.BFloat16, [3], new BFloat16[3]),
        ];
        Parameter bound = passing.Add("bound", DType.BFloat16, 600);
        bound.BindGradient(new BFloat16[600]);
        MemoryPlan plan = MemoryPlan.For([.. adopted, bound], _options);
        using var optimizer = new AdamW([.. adopted, bound], _options);
        optimizer.Step();
        optimizer.Step(adopted[1], new BFloat16[3]);
        Assert.Multiple(() => AssertAllocated(plan, optimizer, kept, passing));
        Assert.That(plan.ValueBytes, Is.EqualTo(3 * 256 * 2));
        Assert.That(plan.GradientBytes + plan.ScratchBytes, Is.Zero);
    }

    [Test]
    public void Frozen_parameters_have_no_states_and_gradients_only_beside_others()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter trained = parameters.Add("trained", DType.BFloat16, 300);
        parameters.Add("beside it", DType.BFloat16, 600).Frozen = true;
        parameters.Add("by itself", DType.Float32, 600).Frozen = true;
        MemoryPlan plan = MemoryPlan.For(parameters, _options);
        using var optimizer = new AdamW(parameters, _options);
        trained.Gradient.Fill(1);
        optimizer.Step();
        Assert.Multiple(() => AssertAllocated(plan, optimizer, parameters));
        Assert.That(plan.CompensationBytes, Is.EqualTo(2 * 256 * 2));
        Assert.That(plan.GradientBytes, Is.EqualTo((2 + 3) * 256 * 2));

        // One that was trained before has its gradient's memory already.
        trained.Frozen = true;
        Assert.That(MemoryPlan.For(parameters, _options).GradientBytes, Is.EqualTo(plan.GradientBytes));
    }

    [Test]
    public void Groups_have_states_by_their_own_options()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Add(parameters, DType.BFloat16);
        Parameter[] all = [.. parameters];
        ParameterGroup[] groups =
        [
            new(all[..3], _options),
            new(all[3..6], _options with { Kahan = false }),
            new(all[6..], _options with { StateDType = DType.Float32 }),
        ];
        MemoryPlan plan = MemoryPlan.For(groups);
        using var optimizer = new AdamW(groups);
        Assert.That(MemoryPlan.For(optimizer.Groups), Is.EqualTo(plan));
        Step(optimizer);
        Assert.Multiple(() => AssertAllocated(plan, optimizer, parameters));
    }

    [Test]
    public void A_plan_is_told_in_one_line()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.BFloat16, 1024, 512);
        Assert.That(
            $"{MemoryPlan.For(parameters, _options)}",
            Is.EqualTo("5.00 MiB (values 1.00, gradients 1.00, states 2.00, compensation 1.00), 10.00 bytes per parameter"));
    }

    [Test]
    public void A_plan_of_nothing_has_no_bytes()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.BFloat16, 0);
        MemoryPlan plan = MemoryPlan.For(parameters, _options);
        Assert.That(plan.TotalBytes, Is.Zero);
        Assert.That(plan.BytesPerParameter, Is.Zero);
    }

    [Test]
    public void What_cannot_be_is_refused()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Refused<ParameterException>(() => MemoryPlan.For(parameters, _options), "at least one parameter");
        Add(parameters, DType.Float32);
        using var others = new ParameterBuffer(device);
        Parameter other = others.Add("other", DType.Float32, 1);
        var group = new ParameterGroup(parameters, _options);
        Assert.Multiple(() =>
        {
            Assert.That(() => MemoryPlan.For(null!, _options), Throws.ArgumentNullException);
            Assert.That(() => MemoryPlan.For(parameters, null!), Throws.ArgumentNullException);
            Assert.That(() => MemoryPlan.For((IReadOnlyList<ParameterGroup>)null!), Throws.ArgumentNullException);
            Assert.That(() => MemoryPlan.For([null!], layers: null), Throws.ArgumentNullException);
            Assert.That(() => MemoryPlan.For(parameters, _options, [null!]), Throws.ArgumentNullException);
            Refused<ParameterException>(() => MemoryPlan.For(), "at least one group");
            Refused<ParameterException>(() => MemoryPlan.For(group, group), "'p0' is in two groups");
            Refused<ParameterException>(() => MemoryPlan.For(parameters, _options, [[other]]), "'other' is in a layer");
            Refused<OptionException>(
                () => MemoryPlan.For(parameters, _options with { StateDType = DType.BFloat16 }), "BFloat16 under Float32");
        });
    }

    private static void Refused<TException>(Action action, string text)
        where TException : OptimiException =>
        Assert.That(action, Throws.TypeOf<TException>().With.Message.Contains(text));

    private static void Add(ParameterBuffer parameters, DType dtype)
    {
        foreach ((int i, int length) in _lengths.Index())
            parameters.Add($"p{i}", dtype, length);
    }

    private static void Step(Optimizer optimizer)
    {
        foreach (Parameter parameter in optimizer.Groups.SelectMany(group => group.Parameters))
            parameter.Gradient.Fill(1);
        optimizer.Step();
    }

    private static void StepRented(Optimizer optimizer, Parameter[] layer)
    {
        RentedGradient[] gradients = [.. layer.Select(parameter => parameter.RentGradient())];
        foreach (RentedGradient gradient in gradients)
            gradient.Fill(1);
        optimizer.Step(gradients);
    }

    private static void AssertAllocated(MemoryPlan plan, Optimizer optimizer, params ParameterBuffer[] buffers)
    {
        Assert.That(buffers.Sum(buffer => buffer.ValueBytes), Is.EqualTo(plan.ValueBytes), "values");
        Assert.That(
            buffers.Sum(buffer => buffer.PeakGradientBytes), Is.EqualTo(plan.GradientBytes + plan.ScratchBytes), "gradients at most");
        Assert.That(
            optimizer.StateBytes, Is.EqualTo(plan.StateBytes + plan.CompensationBytes + plan.AverageBytes), "states");
    }
}
