using Half = System.Half;

namespace Optimi.Tests;

/// <summary>Averages in place of the values, for an evaluation, and the values back again.</summary>
internal sealed class SwappedAverageTests
{
    private static IEnumerable<TestCaseData> Cases =>
        from device in TestDevice.Kinds
        from dtype in (DType[])[DType.Float32, DType.BFloat16, DType.Float16]
        select new TestCaseData(device, dtype);

    [TestCaseSource(nameof(Cases))]
    public void Values_are_the_rounded_averages_and_afterwards_their_own_again(TestDevice row, DType dtype)
    {
        Assert.That(Train(swaps: true), Is.EqualTo(Train(swaps: false)));

        uint[] Train(bool swaps)
        {
            var random = new Random(3);
            using var parameters = new ParameterBuffer(row.Shared);
            foreach (int length in (int[])[300, 0, 20, 7])
                parameters.Add($"p{length}", dtype, length).Value.CopyFrom(TestTraining.Numbers(random, length));
            parameters["p7"].Frozen = true;
            using var optimizer = new AdamW(parameters, lr: 0.01) { AverageDecay = 0.5 };
            for (int step = 0; step < 4; step++)
            {
                foreach (Parameter parameter in parameters)
                    parameter.Gradient.CopyFrom(TestTraining.Numbers(random, (int)parameter.Length));
                optimizer.Step();
                if (swaps)
                    Swap(optimizer, parameters);
            }

            return Bits(optimizer, parameters);
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Values_in_memory_of_somebody_else_are_swapped_where_they_lie(TestDevice row, DType dtype)
    {
        foreach (bool isAligned in (bool[])[true, false])
        {
            using var memory = new ForeignMemory(row.Shared, dtype, [300, 20], isAligned);
            using var parameters = new ParameterBuffer(row.Shared, GradientMemory.None);
            for (int i = 0; i < 2; i++)
            {
                memory.Write(i, TestTraining.Numbers(new Random(i), i == 0 ? 300 : 20));
                parameters.Adopt($"p{i}", dtype, [i == 0 ? 300 : 20], memory.View(i));
            }

            using var optimizer = new AdamW(parameters, lr: 0.01) { AverageDecay = 0.5 };
            optimizer.Step([.. parameters.Select(Rent)]);
            Swap(optimizer, parameters);
            float[] values = TestTraining.Numbers(parameters["p0"].Value);
            optimizer.SwapIn();
            Assert.That(TestTraining.Numbers(parameters["p0"].Value), Is.Not.EqualTo(values));
            // It goes back to its owner with its own values.
            TensorView lent = memory.View(0);
            parameters.Dispose();
            using var again = new ParameterBuffer(row.Shared, GradientMemory.None);
            Assert.That(TestTraining.Numbers(again.Adopt("p0", dtype, [300], lent).Value), Is.EqualTo(values));
            Assert.That(memory.IsUntouchedBetween, Is.True);
        }

        static RentedGradient Rent(Parameter parameter)
        {
            RentedGradient gradient = parameter.RentGradient();
            gradient.Fill(1);
            return gradient;
        }
    }

    [Test]
    public void Meanwhile_steps_and_writes_are_refused()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.BFloat16, 3);
        parameter.Gradient.Fill(1);
        using var optimizer = new AdamW(parameters, lr: 0.01);
        Refused<OptionException>(() => optimizer.SwapIn(), "AverageDecay is null");
        optimizer.SwapOut();
        optimizer.AverageDecay = 0.5;
        // Before the first step there is nothing to swap.
        optimizer.SwapIn().Dispose();
        optimizer.Step();
        using var other = new AdamW(parameters, lr: 0.01) { AverageDecay = 0.5 };
        other.Step();
        uint[] before = Bits(optimizer, parameters);
        RentedGradient rented = parameter.RentGradient();
        rented.Fill(1);
        using (optimizer.SwapIn())
        {
            foreach (Action step in (Action[])
            [
                optimizer.Step,
                () => optimizer.Step(() => 0),
                () => optimizer.Step(parameter),
                () => optimizer.Step(parameter, new BFloat16[3]),
                () => optimizer.Step((parameter, new BFloat16[3])),
                () => optimizer.Step(rented),
            ])
            {
                Refused<OptionException>(step, "there can be no step; call SwapOut()");
            }

            optimizer.Accumulate = true;
            Refused<OptionException>(optimizer.Step, "there can be no step");
            optimizer.Accumulate = false;
            Refused<OptionException>(() => optimizer.SwapIn(), "cannot be swapped in again");
            Refused<OptionException>(() => optimizer.AverageDecay = null, "AverageDecay cannot be null");
            Refused<OptionException>(() => optimizer.ResetState(parameter), "begun anew");
            Refused<ParameterException>(() => other.SwapIn(), "average of parameter 'p' is in place of its values");
            foreach (Action write in (Action[])
            [
                () => parameter.Value.Fill(1),
                () => parameter.Value.CopyFrom(new float[3]),
                () => parameter.Value.CopyFrom(new BFloat16[3]),
                () => parameter.Value.Add(new float[3]),
                () => parameter.Value.Add((TensorView)parameter.Gradient.AsArrayView<BFloat16>()),
            ])
            {
                Refused<ParameterException>(write, "call SwapOut()");
            }

            optimizer.AverageDecay = 0.25;
            optimizer.PrepareAsync().GetAwaiter().GetResult();
            parameter.Gradient.Fill(2);
        }

        Assert.That(Bits(optimizer, parameters), Is.EqualTo(before));
        optimizer.Step(rented);
        parameter.Value.Fill(1);
    }

    [Test]
    public void With_gradient_release_a_gradient_that_becomes_ready_is_refused()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.Float32, 3);
        parameter.Gradient.Fill(1);
        using var optimizer = new SGD(parameters, lr: 1) { AverageDecay = 0.5, GradientRelease = true };
        var model = new HookedModel();
        GradientRelease.Prepare(model, optimizer);
        model.Hook!.Ready();
        Assert.That(TestTraining.Numbers(optimizer.State(parameter, "ema")), Is.All.EqualTo(-0.5));
        using IDisposable swapped = optimizer.SwapIn();
        Refused<OptionException>(model.Hook.Ready, "there can be no step");
        Refused<OptionException>(optimizer.Step, "there can be no step");
        Assert.That(TestTraining.Numbers(parameter.Value), Is.All.EqualTo(-0.5));
    }

    [Test]
    public void What_was_swapped_back_already_swaps_nothing_more()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.Float32, 3);
        parameter.Gradient.Fill(1);
        var optimizer = new SGD(parameters, lr: 1) { AverageDecay = 0.5 };
        optimizer.Step();
        IDisposable first = optimizer.SwapIn();
        optimizer.SwapOut();
        optimizer.SwapOut();
        IDisposable second = optimizer.SwapIn();
        first.Dispose();
        Assert.That(TestTraining.Numbers(parameter.Value), Is.All.EqualTo(-0.5));
        optimizer.Dispose();
        Assert.That(TestTraining.Numbers(parameter.Value), Is.All.EqualTo(-1));
        second.Dispose();
        parameter.Value.Fill(2);
        Assert.That(TestTraining.Numbers(parameter.Value), Is.All.EqualTo(2));
    }

    [TestCase(1.0, "1")]
    [TestCase(-0.1, "-0.1")]
    [TestCase(double.NaN, "NaN")]
    public void A_decay_that_cannot_be_is_refused(double decay, string shown)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.Float32, 3);
        using var optimizer = new SGD(parameters, lr: 1) { AverageDecay = 0 };
        Refused<OptionException>(() => optimizer.AverageDecay = decay, $"AverageDecay is {shown}, but it must be at least 0 and below 1");
        Assert.That(optimizer.AverageDecay, Is.Zero);
    }

    [Test]
    public void A_state_of_the_averages_name_is_refused()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.Float32, 3);
        using var optimizer = new Optimizer<EmaRule<Kernels.ScalarLane>>(parameters, new EmaOptions { Lr = 1 });
        Refused<OptionException>(() => optimizer.AverageDecay = 0.5, "has a state 'ema'");
        Assert.That(optimizer.AverageDecay, Is.Null);
    }

    [Test]
    public void What_is_left_of_an_average_that_was_switched_off_is_gone()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.Float32, 3);
        using var optimizer = new SGD(parameters, lr: 1) { AverageDecay = 0.5 };
        TensorStorage average = optimizer.State(parameter, "ema");
        average.Fill(1);
        optimizer.AverageDecay = null;
        Assert.That(() => average.Fill(1), Throws.TypeOf<ObjectDisposedException>());
        optimizer.AverageDecay = 0.5;
        Assert.That(() => average.CopyTo(new float[3]), Throws.TypeOf<ObjectDisposedException>());
    }

    /// <summary>Swaps the averages in and out, and checks both.</summary>
    private static void Swap(Optimizer optimizer, ParameterBuffer parameters)
    {
        uint[] before = Bits(optimizer, parameters);
        long bytes = optimizer.StateBytes;
        float[][] values = [.. parameters.Select(parameter => TestTraining.Numbers(parameter.Value))];
        using (optimizer.SwapIn())
        {
            foreach ((int i, Parameter parameter) in parameters.Index())
            {
                float[] expected = optimizer.TryGetState(parameter, "ema", out TensorStorage? average)
                    ? [.. TestTraining.Numbers(average).Select(number => Rounded(number, parameter.DType))]
                    : values[i];
                Assert.That(TestTraining.Numbers(parameter.Value), Is.EqualTo(expected), parameter.Name);
            }

            Assert.That(optimizer.StateBytes, Is.EqualTo(bytes));
        }

        Assert.That(Bits(optimizer, parameters), Is.EqualTo(before));
    }

    private static float Rounded(float number, DType dtype) => dtype switch
    {
        DType.BFloat16 => (float)(BFloat16)number,
        DType.Float16 => (float)(Half)number,
        _ => number,
    };

    private static uint[] Bits(Optimizer optimizer, ParameterBuffer parameters) =>
    [
        .. parameters.SelectMany(parameter => TestTraining.Bits(parameter.Value).Concat(
            optimizer.StateNames(parameter).SelectMany(name => TestTraining.Bits(optimizer.State(parameter, name))))),
    ];

    private static void Refused<TException>(Action action, string text)
        where TException : OptimiException =>
        Assert.That(action, Throws.TypeOf<TException>().With.Message.Contains(text));

    private sealed class HookedModel : IGradientSource
    {
        public GradientHook? Hook { get; private set; }

        public void Subscribe(Parameter parameter, GradientHook hook) => Hook = hook;

        public void Unsubscribe(Parameter parameter, GradientHook hook) => Hook = null;
    }
}
