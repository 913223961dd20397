namespace Optimi.Tests;

internal sealed class OptimizerTests
{
    private ComputeDevice _device = null!;
    private ParameterBuffer _parameters = null!;
    private Parameter _first = null!;
    private Parameter _second = null!;

    [SetUp]
    public void Open()
    {
        _device = ComputeDevice.Open("cpu");
        _parameters = new ParameterBuffer(_device);
        _first = _parameters.Add("first", DType.BFloat16, 3);
        _second = _parameters.Add("second", DType.Float32, 2);
    }

    [TearDown]
    public void Close()
    {
        _parameters.Dispose();
        _device.Dispose();
    }

    [Test]
    public void Groups_have_their_own_learning_rate_and_decay()
    {
        _first.Gradient.Fill(1);
        _second.Gradient.Fill(1);
        _second.Value.Fill(1);
        using var optimizer = new SGD(
            new ParameterGroup([_first], new SgdOptions { Lr = 0.5 }),
            new ParameterGroup([_second], new SgdOptions { Lr = 0.25, WeightDecay = 1, DecoupleWd = true }));
        optimizer.Step();
        Assert.That(Numbers(_first.Value), Is.All.EqualTo(-0.5f));
        Assert.That(Numbers(_second.Value), Is.All.EqualTo(0.75f - 0.25f));
    }

    [Test]
    public void The_learning_rate_can_be_changed_between_steps()
    {
        _first.Gradient.Fill(1);
        using var optimizer = new SGD(_parameters, lr: 0.5);
        optimizer.Step();
        optimizer.Lr = 0.25;
        optimizer.Step();
        Assert.That(Numbers(_first.Value), Is.All.EqualTo(-0.75f));
        Assert.That(() => optimizer.Lr = -1, Throws.TypeOf<OptionException>().With.Message.Contains("-1"));
        Assert.That(optimizer.Lr, Is.EqualTo(0.25));
    }

    [Test]
    public void A_group_added_before_the_first_step_shares_the_launch()
    {
        Parameter third = _parameters.Add("third", DType.BFloat16, 5);
        using var optimizer = new SGD([_first], lr: 1);
        optimizer.AddGroup([third], new SgdOptions { Lr = 2 });
        GradientsAreThere();
        optimizer.Step();
        Assert.That(_device.Launches, Is.EqualTo(1));
        Assert.That(Numbers(third.Value), Is.All.EqualTo(-2));
    }

    [Test]
    public void A_group_added_later_starts_counting_then()
    {
        GradientsAreThere();
        using var optimizer = new AdamW([_first], lr: 0.5, weightDecay: 0);
        optimizer.Step();
        optimizer.AddGroup([_second], new AdamWOptions { Lr = 0.25, WeightDecay = 0 });
        optimizer.Step();
        Assert.Multiple(() =>
        {
            Assert.That(optimizer.StepCount(_first), Is.EqualTo(2));
            Assert.That(optimizer.StepCount(_second), Is.EqualTo(1));
            Assert.That(Numbers(_second.Value), Is.All.EqualTo(-0.25f).Within(1e-6));
        });
    }

    [Test]
    public void A_closure_computes_the_loss_first()
    {
        using var optimizer = new SGD(_parameters, lr: 1);
        double loss = optimizer.Step(() =>
        {
            _second.Gradient.Fill(3);
            return 0.75;
        });
        Assert.That(loss, Is.EqualTo(0.75));
        Assert.That(Numbers(_second.Value), Is.All.EqualTo(-3));
        Assert.That(() => optimizer.Step((Func<double>)null!), Throws.ArgumentNullException);
    }

    [Test]
    public void One_parameter_is_stepped_alone()
    {
        GradientsAreThere();
        using var optimizer = new SGD(_parameters, lr: 1);
        optimizer.Step(_second);
        Assert.Multiple(() =>
        {
            Assert.That(_device.Launches, Is.EqualTo(1));
            Assert.That(Numbers(_first.Value), Is.All.Zero);
            Assert.That(Numbers(_second.Value), Is.All.EqualTo(-1));
            Assert.That(optimizer.StepCount(_first), Is.Zero);
            Assert.That(optimizer.StepCount(_second), Is.EqualTo(1));
        });
    }

    [Test]
    public void A_parameter_without_a_gradient_is_left_alone_entirely()
    {
        _first.Value.Fill(1);
        using var optimizer = new AdamW(_parameters, lr: 1, weightDecay: 0.5);
        optimizer.Step();
        optimizer.Step(_first);
        Assert.Multiple(() =>
        {
            Assert.That(_device.Launches, Is.Zero);
            Assert.That(Numbers(_first.Value), Is.All.EqualTo(1));
            Assert.That(optimizer.StepCount(_first), Is.Zero);
        });
        GradientsAreThere();
        _first.HasGradient = false;
        optimizer.Step();
        Assert.Multiple(() =>
        {
            Assert.That(_device.Launches, Is.EqualTo(1));
            Assert.That(Numbers(_first.Value), Is.All.EqualTo(1));
            Assert.That(Numbers(optimizer.State(_first, "exp_avg")), Is.All.Zero);
            Assert.That(optimizer.StepCount(_first), Is.Zero);
            Assert.That(optimizer.StepCount(_second), Is.EqualTo(1));
        });
    }

    [Test]
    public void A_frozen_parameter_has_no_states_until_it_thaws()
    {
        GradientsAreThere();
        _first.Frozen = true;
        using var optimizer = new AdamW(_parameters, lr: 1);
        optimizer.Step();
        Assert.Multiple(() =>
        {
            Assert.That(optimizer.StateBytes, Is.EqualTo(2 * 256 * sizeof(float)));
            Assert.That(optimizer.StateNames(_first), Is.Empty);
            Assert.That(Numbers(_first.Value), Is.All.Zero);
            Assert.That(() => optimizer.State(_first, "exp_avg"), Throws.TypeOf<ParameterException>().With.Message.Contains("none"));
        });
        _first.Frozen = false;
        optimizer.Step();
        Assert.That(optimizer.StateBytes, Is.EqualTo((2 * 256 * sizeof(float)) + (3 * 256 * sizeof(ushort))));
        Assert.That(optimizer.StepCount(_first), Is.EqualTo(1));
    }

    [Test]
    public void States_are_there_by_name_and_of_the_kinds_that_are_needed()
    {
        using var adam = new AdamW(_parameters, lr: 1);
        using var sgd = new SGD(_parameters, lr: 1, momentum: 0.9, kahan: false);
        using var plain = new SGD(_parameters, lr: 1);
        Assert.Multiple(() =>
        {
            Assert.That(adam.StateNames(_first), Is.EqualTo((string[])["exp_avg", "exp_avg_sq", "kahan_comp"]));
            Assert.That(adam.StateNames(_second), Is.EqualTo((string[])["exp_avg", "exp_avg_sq"]));
            Assert.That(sgd.StateNames(_first), Is.EqualTo((string[])["exp_avg"]));
            Assert.That(plain.StateNames(_second), Is.Empty);
            Assert.That(plain.StateBytes, Is.EqualTo(256 * sizeof(ushort)));
            Assert.That(() => adam.State(_first, "momentum"), Throws.TypeOf<ParameterException>().With.Message.Contains("exp_avg_sq"));
        });
    }

    [Test]
    public void States_can_be_written()
    {
        _second.Gradient.Fill(0);
        using var optimizer = new SGD(_parameters, lr: 1, momentum: 0.5);
        optimizer.State(_second, "exp_avg").CopyFrom([2, 4]);
        optimizer.Step();
        Assert.That(Numbers(_second.Value), Is.EqualTo((float[])[-1, -2]));
    }

    [Test]
    public void Gradients_of_its_own_parameters_are_zeroed_and_stay_there()
    {
        GradientsAreThere();
        using var optimizer = new SGD([_first], lr: 1);
        optimizer.ZeroGradients();
        Assert.Multiple(() =>
        {
            Assert.That(Numbers(_first.Gradient), Is.All.Zero);
            Assert.That(Numbers(_second.Gradient), Is.All.EqualTo(1));
            Assert.That(_first.HasGradient, Is.True);
        });
    }

    [Test]
    public void NaN_and_infinity_in_a_gradient_reach_the_parameter([Values] DType dtype, [Values] bool kahan)
    {
        using var parameters = new ParameterBuffer(_device);
        Parameter parameter = parameters.Add("p", dtype, 3);
        using var adam = new AdamW(parameters, lr: 1, kahan: kahan);
        using var sgd = new SGD(parameters, lr: 1, kahan: kahan);
        foreach (Optimizer optimizer in (Optimizer[])[adam, sgd])
        {
            parameter.Value.Fill(1);
            parameter.Gradient.CopyFrom([float.NaN, float.PositiveInfinity, 0]);
            optimizer.Step();
            float[] values = Numbers(parameter.Value);
            Assert.Multiple(() =>
            {
                Assert.That(values[0], Is.NaN);
                Assert.That(float.IsFinite(values[1]), Is.False);
                Assert.That(values[2], Is.EqualTo(1).Within(0.02));
            });
        }
    }

    [Test]
    public void An_accumulating_step_changes_states_alone_and_counts()
    {
        GradientsAreThere();
        _first.Value.Fill(1);
        using var optimizer = new AdamW(_parameters, lr: 1, weightDecay: 0.5);
        optimizer.Accumulate = true;
        optimizer.Step();
        Assert.Multiple(() =>
        {
            Assert.That(Numbers(_first.Value), Is.All.EqualTo(1));
            Assert.That(Numbers(optimizer.State(_first, "exp_avg")), Is.All.EqualTo(1));
            Assert.That(Numbers(optimizer.State(_first, "kahan_comp")), Is.All.Zero);
            Assert.That(optimizer.StepCount(_first), Is.EqualTo(1));
        });
        optimizer.Accumulate = false;
        optimizer.Step();
        Assert.That(Numbers(_first.Value), Is.All.Not.EqualTo(1));
    }

    [Test]
    public void Accumulation_without_states_is_refused()
    {
        using var optimizer = new SGD([_first], lr: 1);
        Refused<OptionException>(() => optimizer.Accumulate = true, "use momentum");
        Assert.That(optimizer.Accumulate, Is.False);
        using var other = new SGD([_first], lr: 1, momentum: 0.5);
        other.Accumulate = true;
        Refused<OptionException>(() => other.AddGroup([_second], new SgdOptions { Lr = 1 }), "use momentum");
        Assert.That(other.Groups, Has.Count.EqualTo(1));
    }

    [TestCase(false, 1)]
    [TestCase(true, 0)]
    public void Accumulation_with_L2_decay_is_warned_of(bool decoupleWd, int warnings)
    {
        var messages = new List<string>();
        Warnings.Raised += Listen;
        using var optimizer = new Adam(_parameters, lr: 1, weightDecay: 0.1, decoupleWd: decoupleWd) { Accumulate = true };
        Warnings.Raised -= Listen;
        Assert.That(messages, Has.Count.EqualTo(warnings).And.All.Contains("L2"));

        void Listen(object? sender, WarningEventArgs warning) => messages.Add(warning.Message);
    }

    [TestCase(1e-3, true, 1)]
    [TestCase(1e-4, true, 0)]
    [TestCase(1e-3, false, 0)]
    public void Large_decay_that_lr_does_not_scale_is_warned_of_once(double decay, bool decoupleLr, int warnings)
    {
        var messages = new List<string>();
        Warnings.Raised += Listen;
        var options = new AdamWOptions { Lr = 1, WeightDecay = decay, DecoupleLr = decoupleLr };
        using var optimizer = new AdamW(new ParameterGroup([_first], options), new ParameterGroup([_second], options));
        Warnings.Raised -= Listen;
        Assert.That(messages, Has.Count.EqualTo(warnings));
        Assert.That(messages, Has.All.Contains("0.001"));

        void Listen(object? sender, WarningEventArgs warning) => messages.Add(warning.Message);
    }

    [Test]
    public void Misuse_is_refused_by_name()
    {
        using ComputeDevice other = ComputeDevice.Open("cpu");
        using var elsewhere = new ParameterBuffer(other);
        Parameter foreign = elsewhere.Add("foreign", DType.Float32, 1);
        using var optimizer = new SGD([_first], lr: 1);
        var options = new SgdOptions { Lr = 1 };
        Assert.Multiple(() =>
        {
            Refused<ParameterException>(() => optimizer.AddGroup([_first], options), "'first' is in a group");
            Refused<ParameterException>(() => optimizer.AddGroup([foreign], options), "'foreign' is on device");
            Refused<ParameterException>(() => optimizer.AddGroup([], options), "at least one parameter");
            Refused<ParameterException>(() => optimizer.AddGroup([_second, _second], options), "'second' is twice");
            Refused<ParameterException>(() => optimizer.Step(_second), "'second' is in no group");
            Refused<ParameterException>(() => optimizer.State(_second, "exp_avg"), "'second' is in no group");
            Refused<ParameterException>(() => new SGD([]).Dispose(), "at least one group");
            Refused<OptionException>(
                () => new SGD(new ParameterGroup([_second], new AdamOptions { Lr = 1 })).Dispose(), "AdamOptions are not the options of SGD");
        });
        optimizer.AddGroup([_second], options);
        Assert.That(optimizer.Groups, Has.Count.EqualTo(2));
    }

    [Test]
    public void Nothing_is_usable_after_disposal()
    {
        GradientsAreThere();
        var optimizer = new AdamW(_parameters, lr: 1);
        TensorStorage state = optimizer.State(_first, "exp_avg");
        optimizer.Dispose();
        optimizer.Dispose();
        Assert.Multiple(() =>
        {
            Disposed(optimizer.Step);
            Disposed(() => optimizer.Step(_first));
            Disposed(() => optimizer.Step(() => 0));
            Disposed(optimizer.ZeroGradients);
            Disposed(() => _ = optimizer.StateBytes);
            Disposed(() => optimizer.State(_first, "exp_avg"));
            Disposed(() => state.CopyTo(new float[3]));
            Disposed(() => optimizer.AddGroup([_second], new AdamWOptions { Lr = 1 }));
        });
    }

    [Test]
    public void Nothing_is_stepped_after_the_buffer_is_disposed()
    {
        GradientsAreThere();
        using var optimizer = new AdamW(_parameters, lr: 1);
        optimizer.Step();
        _parameters.Dispose();
        Assert.Multiple(() =>
        {
            Disposed(optimizer.Step);
            Disposed(() => optimizer.Step(_first));
            Disposed(optimizer.ZeroGradients);
        });
    }

    private static void Disposed(Action action) => Assert.That(action, Throws.TypeOf<ObjectDisposedException>());

    private static void Refused<TException>(Action action, string text)
        where TException : OptimiException =>
        Assert.That(action, Throws.TypeOf<TException>().With.Message.Contains(text));

    private static float[] Numbers(TensorStorage storage)
    {
        var numbers = new float[storage.Length];
        storage.CopyTo(numbers);
        return numbers;
    }

    private void GradientsAreThere()
    {
        foreach (Parameter parameter in _parameters)
            parameter.Gradient.Fill(1);
    }
}
