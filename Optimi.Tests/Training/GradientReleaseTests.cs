namespace Optimi.Tests;

/// <summary>Parameters that are stepped as their gradients become ready.</summary>
internal sealed class GradientReleaseTests
{
    private ComputeDevice _device = null!;
    private ParameterBuffer _parameters = null!;

    [SetUp]
    public void Open()
    {
        _device = ComputeDevice.Open("cpu");
        _parameters = new ParameterBuffer(_device, GradientMemory.None);
        _parameters.Add("first", DType.Float32, 300);
        _parameters.Add("second", DType.Float32, 2);
    }

    [TearDown]
    public void Close()
    {
        _parameters.Dispose();
        _device.Dispose();
    }

    [Test]
    public void A_loop_stays_as_it_is_and_gives_the_same_bits()
    {
        using var kept = new ParameterBuffer(_device);
        kept.Add("first", DType.Float32, 300);
        kept.Add("second", DType.Float32, 2);
        using var released = new AdamW(_parameters, lr: 0.1) { GradientRelease = true };
        using var plain = new AdamW(kept, lr: 0.1);
        var model = new Model();
        GradientRelease.Prepare(model, released);
        for (int step = 0; step < 6; step++)
        {
            released.Accumulate = plain.Accumulate = step % 3 == 1;
            foreach (Parameter parameter in kept)
            {
                float[] gradient = TestTraining.Numbers(new Random(step + (int)parameter.Length), (int)parameter.Length);
                parameter.Gradient.CopyFrom(gradient);
                // One in each way that a framework may have it.
                GradientHook hook = model.Hooks[_parameters[parameter.Name]];
                if (step % 2 == 0)
                {
                    hook.Ready(gradient);
                }
                else
                {
                    RentedGradient rented = hook.Parameter.RentGradient();
                    rented.CopyFrom(gradient);
                    hook.Ready(rented);
                }
            }

            released.Step();
            released.ZeroGradients();
            plain.Step();
            released.Lr *= 0.9;
            plain.Lr *= 0.9;
        }

        Assert.Multiple(() =>
        {
            Assert.That(
                _parameters.SelectMany(parameter => TestTraining.Bits(parameter.Value)),
                Is.EqualTo(kept.SelectMany(parameter => TestTraining.Bits(parameter.Value))));
            Assert.That(released.StepCount(_parameters["first"]), Is.EqualTo(6));
            Assert.That(_parameters.PeakGradientBytes, Is.EqualTo(2 * 256 * sizeof(float)), "of the larger one alone");
        });
    }

    [Test]
    public void Each_parameter_counts_its_own_steps()
    {
        using var optimizer = new AdamW(_parameters, lr: 0.1) { GradientRelease = true };
        var model = new Model();
        GradientRelease.Prepare(model, optimizer);
        model.Hooks[_parameters["second"]].Ready(new float[2]);
        model.Hooks[_parameters["second"]].Ready(new float[2]);
        Assert.That(_parameters.Select(optimizer.StepCount), Is.EqualTo(new[] { 0, 2 }));
    }

    [Test]
    public void A_step_before_it_is_prepared_would_train_nothing_and_is_an_error()
    {
        using var optimizer = new AdamW(_parameters, lr: 0.1) { GradientRelease = true };
        Assert.That(optimizer.Step, Throws.TypeOf<OptionException>().With.Message.Contains("GradientRelease.Prepare"));
        var model = new Model();
        GradientRelease.Prepare(model, optimizer);
        optimizer.Step();
        Assert.That(() => optimizer.Step(() => 3), Is.EqualTo(3));
        Assert.That(GradientRelease.Remove(model), Is.True);
        Assert.That(optimizer.Step, Throws.TypeOf<OptionException>());
        optimizer.GradientRelease = false;
        optimizer.Step();
    }

    [Test]
    public void Preparing_twice_or_an_optimizer_that_is_not_made_for_it_is_refused()
    {
        using var plain = new AdamW(_parameters, lr: 0.1);
        using var one = new AdamW(_parameters, lr: 0.1) { GradientRelease = true };
        using var other = new AdamW(_parameters, lr: 0.1) { GradientRelease = true };
        var model = new Model();
        Assert.That(() => GradientRelease.Prepare(model, plain), Throws.TypeOf<OptionException>().With.Message.Contains("is false"));
        GradientRelease.Prepare(model, one);
        Assert.Multiple(() =>
        {
            Assert.That(() => GradientRelease.Prepare(new Model(), one), Throws.TypeOf<OptionException>().With.Message.Contains("The optimizer"));
            Assert.That(() => GradientRelease.Prepare(model, other), Throws.TypeOf<OptionException>().With.Message.Contains("The model"));
            Assert.That(() => one.GradientRelease = false, Throws.TypeOf<OptionException>());
            Assert.That(
                () => one.AddGroup([_parameters.Add("late", DType.Float32, 1)], new AdamWOptions { Lr = 1 }),
                Throws.TypeOf<OptionException>().With.Message.Contains("Remove"));
        });
        // What was refused has left nothing behind.
        GradientRelease.Prepare(new Model(), other);
        Assert.That(model.Hooks, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_failure_half_way_undoes_what_was_subscribed()
    {
        using var optimizer = new AdamW(_parameters, lr: 0.1) { GradientRelease = true };
        var model = new Model { Refused = _parameters["second"] };
        Assert.That(() => GradientRelease.Prepare(model, optimizer), Throws.InvalidOperationException);
        Assert.That(model.Hooks, Is.Empty);
        Assert.That(optimizer.Step, Throws.TypeOf<OptionException>());
        model.Refused = null;
        GradientRelease.Prepare(model, optimizer);
        Assert.That(model.Hooks, Has.Count.EqualTo(2));
    }

    [Test]
    public void What_was_removed_is_not_stepped_any_more()
    {
        using var optimizer = new AdamW(_parameters, lr: 0.1) { GradientRelease = true };
        var model = new Model();
        Assert.That(GradientRelease.Remove(model), Is.False);
        GradientRelease.Prepare(model, optimizer);
        GradientHook hook = model.Hooks[_parameters["second"]];
        GradientRelease.Remove(model);
        Assert.Multiple(() =>
        {
            Assert.That(model.Hooks, Is.Empty);
            Assert.That(() => hook.Ready(new float[2]), Throws.TypeOf<OptionException>().With.Message.Contains("'second'"));
            Assert.That(hook.Ready, Throws.TypeOf<OptionException>());
            Assert.That(optimizer.StepCount(hook.Parameter), Is.Zero);
        });
    }

    [Test]
    public void A_gradient_of_another_parameter_is_refused()
    {
        using var optimizer = new AdamW(_parameters, lr: 0.1) { GradientRelease = true };
        var model = new Model();
        GradientRelease.Prepare(model, optimizer);
        using RentedGradient rented = _parameters["first"].RentGradient();
        Assert.Multiple(() =>
        {
            Assert.That(
                () => model.Hooks[_parameters["second"]].Ready(rented), Throws.TypeOf<ParameterException>().With.Message.Contains("'first'"));
            Assert.That(
                () => model.Hooks[_parameters["second"]].Ready(new float[3]),
                Throws.TypeOf<ParameterException>().With.Message.Contains("'second' has 2 numbers, but its gradient 3"));
        });
    }

    /// <summary>What a framework has to write.</summary>
    private sealed class Model : IGradientSource
    {
        public Dictionary<Parameter, GradientHook> Hooks { get; } = [];

        /// <summary>A parameter that this model knows nothing of.</summary>
        public Parameter? Refused { get; set; }

        public void Subscribe(Parameter parameter, GradientHook hook)
        {
            if (parameter == Refused)
                throw new InvalidOperationException(parameter.Name);
            Hooks.Add(parameter, hook);
        }

        public void Unsubscribe(Parameter parameter, GradientHook hook) => Hooks.Remove(parameter);
    }
}
