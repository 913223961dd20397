namespace Optimi.Tests;

/// <summary>Averages of parameters, which a step makes, are those of a plain loop, to the bit.</summary>
internal sealed class AverageTests
{
    // Elsewhere than on the host's widest register only what differs in more than the rule's arithmetic.
    private static IEnumerable<TestCaseData> Cases =>
        from device in TestDevice.All
        from optimizer in TestOptimizer.All
        from variant in TestOptimizer.Variants
        where device.Name == $"cpu-{HostLanes.Widest.Name}"
            || (optimizer.Name, variant) is ("adamw", (not DType.Float16, _, null) or (DType.Float16, true, null))
                or ("stableadamw" or "ranger", (DType.BFloat16, true, null))
        // PoCL compiles each of these kernels for the first time here.
        where device.Name != "opencl" || (optimizer.Name, variant) is ("adamw", (DType.Float32, _, _) or (DType.BFloat16, true, null))
        select new TestCaseData(device, optimizer, variant.DType, variant.Kahan, variant.States);

    [TestCaseSource(nameof(Cases))]
    public void An_average_is_what_a_plain_loop_makes_of_the_values(
        TestDevice row, TestOptimizer kind, DType dtype, bool kahan, DType? states)
    {
        Assert.That(Train(0.9).AsSpan().SequenceEqual(Train(null)), Is.True, "the values without an average");

        uint[] Train(double? decay)
        {
            var random = new Random(7);
            using var parameters = new ParameterBuffer(row.Shared);
            foreach (int length in (int[])[1, 255, 0, 300])
                parameters.Add($"p{length}", dtype, length).Value.CopyFrom(TestTraining.Numbers(random, length));
            Parameter[] all = [.. parameters];
            using Optimizer optimizer = kind.Over(parameters, kahan, states);
            optimizer.AverageDecay = decay;
            AverageReference[] references = [.. all.Select(parameter => new AverageReference(optimizer, parameter))];
            bool hasStates = kind.Options is not SGDOptions { Momentum: 0 };
            for (int step = 0; step < 6; step++)
            {
                // The first step only accumulates, the last tensor takes part from the third on, and the first one not in the fifth.
                int end = step < 2 ? 3 : 4;
                int begin = step == 4 ? 1 : 0;
                foreach (Parameter parameter in all)
                    parameter.Gradient.CopyFrom(TestTraining.Numbers(random, (int)parameter.Length));
                all[0].Frozen = begin > 0;
                all[3].HasGradient = end == 4;
                optimizer.Accumulate = hasStates && step == 0;
                if (decay is not null && step == 3)
                    optimizer.AverageDecay = 0.5;
                if (decay is null || optimizer.Accumulate)
                    optimizer.Step();
                else
                    AverageReference.Step(optimizer, optimizer.Step, references[begin..end]);
                if (decay is not null)
                    Array.ForEach(references, reference => reference.Check());
            }

            return [.. all.SelectMany(parameter => TestTraining.Bits(parameter.Value).Concat(
                optimizer.StateNames(parameter).Where(name => name != "ema")
                    .SelectMany(name => TestTraining.Bits(optimizer.State(parameter, name)))))];
        }
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Tensors_stepped_by_themselves_are_averaged_too(TestDevice row)
    {
        var random = new Random(1);
        using var parameters = new ParameterBuffer(row.Shared, GradientMemory.None);
        Parameter[] all = [.. ((int[])[300, 20]).Select(length => parameters.Add($"p{length}", DType.BFloat16, length))];
        using var optimizer = new AdamW(parameters, lr: 0.01) { AverageDecay = 0.8 };
        AverageReference[] references = [.. all.Select(parameter => new AverageReference(optimizer, parameter))];
        for (int step = 0; step < 3; step++)
        {
            optimizer.Accumulate = step == 1;
            for (int i = 0; i < all.Length; i++)
            {
                RentedGradient gradient = all[i].RentGradient();
                gradient.CopyFrom(TestTraining.Numbers(random, (int)all[i].Length));
                if (optimizer.Accumulate)
                    optimizer.Step(gradient);
                else
                    AverageReference.Step(optimizer, () => optimizer.Step(gradient), references[i]);
            }

            Array.ForEach(references, reference => reference.Check());
        }

        optimizer.Accumulate = false;
        RentedGradient[] layer = [.. all.Select(parameter => parameter.RentGradient())];
        Array.ForEach(layer, gradient => gradient.Fill(1));
        AverageReference.Step(optimizer, () => optimizer.Step(layer), references);
        Array.ForEach(references, reference => reference.Check());
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void A_parameter_stepped_alone_from_its_own_gradient_is_averaged(TestDevice row)
    {
        using var parameters = new ParameterBuffer(row.Shared);
        Parameter parameter = parameters.Add("p", DType.Float32, 300);
        Parameter other = parameters.Add("other", DType.Float32, 3);
        using var optimizer = new AdamW(parameters, lr: 0.01) { AverageDecay = 0.8 };
        AverageReference[] references = [new(optimizer, parameter), new(optimizer, other)];
        parameter.Value.Fill(2);
        parameter.Gradient.Fill(1);
        other.Gradient.Fill(1);
        AverageReference.Step(optimizer, () => optimizer.Step(parameter), references[..1]);
        // One average begins in the step in which the other goes on.
        for (int step = 0; step < 3; step++)
            AverageReference.Step(optimizer, optimizer.Step, references);
        Array.ForEach(references, reference => reference.Check());
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Skipped_steps_neither_begin_an_average_nor_change_it(TestDevice row)
    {
        using var parameters = new ParameterBuffer(row.Shared);
        Parameter parameter = parameters.Add("p", DType.BFloat16, 300);
        parameter.Value.Fill(2);
        using var optimizer = new AdamW(parameters, lr: 0.01) { AverageDecay = 0.5, MaxNorm = 1 };
        var reference = new AverageReference(optimizer, parameter);
        foreach (float gradient in (float[])[float.NaN, float.NaN, 1, 2, float.PositiveInfinity, 3, float.NaN])
        {
            parameter.Gradient.Fill(gradient);
            if (float.IsFinite(gradient))
                AverageReference.Step(optimizer, optimizer.Step, reference);
            else
                optimizer.Step();
            reference.Check();
        }

        Assert.That((optimizer.SkippedSteps, optimizer.StepCount(parameter)), Is.EqualTo((4, 3)));
        using (optimizer.SwapIn())
            Assert.That(() => optimizer.StepWithStatistics(), Throws.TypeOf<OptionException>());
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Averages_come_and_go_while_a_training_goes_on(TestDevice row)
    {
        Assert.That(Train(switches: true), Is.EqualTo(Train(switches: false)));

        uint[] Train(bool switches)
        {
            var random = new Random(5);
            var options = new RangerOptions { Lr = 0.01, Interval = 2 };
            using var parameters = new ParameterBuffer(row.Shared);
            Parameter first = Add("first", DType.BFloat16, 300);
            Parameter second = Add("second", DType.Float32, 40);
            using var optimizer = new Ranger(parameters, options);
            var references = new Dictionary<Parameter, AverageReference>();
            Step(3);
            long bytes = optimizer.StateBytes;
            Switch(0.9);
            Step(2, first, second);
            Parameter late = Add("late", DType.BFloat16, 600);
            optimizer.AddGroup([late], options with { Lr = 0.02 });
            Step(3, first, second, late);
            if (switches)
                Assert.That(optimizer.StateBytes, Is.EqualTo(bytes + (3 * 256 * (2 + 2 + 2 + 4)) + (((2 + 1 + 3) * 256) * 4)));
            Switch(null);
            Step(1);
            if (switches)
                Assert.That(optimizer.TryGetState(first, "ema", out _), Is.False);
            Switch(0.5);
            Step(2, first, second, late);
            Switch(null);
            Assert.That((optimizer.StepCount(first), optimizer.StepCount(late)), Is.EqualTo((11, 6)));
            return [.. parameters.SelectMany(parameter => TestTraining.Bits(parameter.Value).Concat(
                optimizer.StateNames(parameter).SelectMany(name => TestTraining.Bits(optimizer.State(parameter, name)))))];

            Parameter Add(string name, DType dtype, int length)
            {
                Parameter parameter = parameters.Add(name, dtype, length);
                parameter.Value.CopyFrom(TestTraining.Numbers(random, length));
                return parameter;
            }

            void Switch(double? decay)
            {
                references.Clear();
                if (switches)
                    optimizer.AverageDecay = decay;
            }

            void Step(int count, params Parameter[] averaged)
            {
                AverageReference[] followed = switches ? [.. averaged.Select(ReferenceOf)] : [];
                for (int step = 0; step < count; step++)
                {
                    foreach (Parameter parameter in parameters)
                        parameter.Gradient.CopyFrom(TestTraining.Numbers(random, (int)parameter.Length));
                    AverageReference.Step(optimizer, optimizer.Step, followed);
                }

                Array.ForEach(followed, reference => reference.Check());
            }

            AverageReference ReferenceOf(Parameter parameter)
            {
                if (!references.TryGetValue(parameter, out AverageReference? reference))
                    references.Add(parameter, reference = new AverageReference(optimizer, parameter));
                return reference;
            }
        }
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Averages_larger_than_the_states_before_are_cut_where_a_device_gives_no_larger_piece(TestDevice row)
    {
        using ComputeDevice device = row.Open();
        // Four tensors in a slab of values or of states, and two averages.
        device.MaxAllocationBytes = 4 * 256 * sizeof(ushort);
        using var parameters = new ParameterBuffer(device);
        for (int i = 0; i < 10; i++)
        {
            parameters.Add($"p{i}", DType.BFloat16, 200).Value.Fill(i);
            parameters[$"p{i}"].Gradient.Fill(1);
        }

        using var optimizer = new Lion(parameters, lr: 0.5);
        optimizer.Step();
        Assert.That(LaunchesOfAStep(), Is.EqualTo(device.HasAddresses ? 1 : 3));
        int live = device.Allocator.Live;
        optimizer.AverageDecay = 0.75;
        Assert.That(LaunchesOfAStep(), Is.EqualTo(device.HasAddresses ? 1 : 5));
        Assert.That(
            parameters.Select(parameter => TestTraining.Numbers(optimizer.State(parameter, "ema"))[^1]),
            Is.EqualTo(Enumerable.Range(0, 10).Select(i => i - 1.125f)));
        optimizer.AverageDecay = null;
        Assert.That(LaunchesOfAStep(), Is.EqualTo(device.HasAddresses ? 1 : 3));
        Assert.That(parameters.Select(optimizer.StepCount), Is.All.EqualTo(4));
        Assert.That(device.Allocator.Live, Is.EqualTo(live));

        long LaunchesOfAStep()
        {
            long before = device.Launches;
            optimizer.Step();
            return device.Launches - before;
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public void An_average_that_is_set_goes_on_from_there_and_a_forgotten_one_begins_anew(bool isBegun)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.BFloat16, 3);
        parameter.Gradient.Fill(1);
        using var optimizer = new AdamW(parameters, lr: 0.01) { AverageDecay = 0.75 };
        var reference = new AverageReference(optimizer, parameter);
        if (isBegun)
            AverageReference.Step(optimizer, optimizer.Step, reference);
        optimizer.State(parameter, "ema").CopyFrom([1, 2, 3]);
        reference.Begin([1, 2, 3]);
        Step();

        // What the values were counts on.
        parameter.Value.Fill(100);
        Step();

        optimizer.ResetState(parameter);
        Assert.That(TestTraining.Numbers(optimizer.State(parameter, "ema")), Is.All.Zero);
        reference.Begin(null);
        Step();

        void Step()
        {
            AverageReference.Step(optimizer, optimizer.Step, reference);
            reference.Check();
        }
    }
}
