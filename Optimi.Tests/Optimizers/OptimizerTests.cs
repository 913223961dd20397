namespace Optimi.Tests;

internal sealed class OptimizerTests : OptimizerFixture
{
    [Test]
    public void Groups_have_their_own_learning_rate_and_decay()
    {
        First.Gradient.Fill(1);
        Second.Gradient.Fill(1);
        Second.Value.Fill(1);
        using var optimizer = new SGD(
            new ParameterGroup([First], new SGDOptions { Lr = 0.5 }),
            new ParameterGroup([Second], new SGDOptions { Lr = 0.25, WeightDecay = 1, DecoupleWd = true }));
        optimizer.Step();
        Assert.That(Numbers(First.Value), Is.All.EqualTo(-0.5f));
        Assert.That(Numbers(Second.Value), Is.All.EqualTo(0.75f - 0.25f));
    }

    [Test]
    public void The_learning_rate_can_be_changed_between_steps()
    {
        First.Gradient.Fill(1);
        using var optimizer = new SGD(Parameters, lr: 0.5);
        optimizer.Step();
        optimizer.Lr = 0.25;
        optimizer.Step();
        Assert.That(Numbers(First.Value), Is.All.EqualTo(-0.75f));
        Assert.That(() => optimizer.Lr = -1, Throws.TypeOf<OptionException>().With.Message.Contains("-1"));
        Assert.That(optimizer.Lr, Is.EqualTo(0.25));
    }

    [Test]
    public void A_group_added_before_the_first_step_shares_the_launch()
    {
        Parameter third = Parameters.Add("third", DType.BFloat16, 5);
        using var optimizer = new SGD([First], lr: 1);
        optimizer.AddGroup([third], new SGDOptions { Lr = 2 });
        GradientsAreThere();
        optimizer.Step();
        Assert.That(Device.Launches, Is.EqualTo(1));
        Assert.That(Numbers(third.Value), Is.All.EqualTo(-2));
    }

    [Test]
    public void A_group_added_later_starts_counting_then()
    {
        GradientsAreThere();
        using var optimizer = new AdamW([First], lr: 0.5, weightDecay: 0);
        optimizer.Step();
        optimizer.AddGroup([Second], new AdamWOptions { Lr = 0.25, WeightDecay = 0 });
        optimizer.Step();
        Assert.Multiple(() =>
        {
            Assert.That(optimizer.StepCount(First), Is.EqualTo(2));
            Assert.That(optimizer.StepCount(Second), Is.EqualTo(1));
            Assert.That(Numbers(Second.Value), Is.All.EqualTo(-0.25f).Within(1e-6));
        });
    }

    [Test]
    public void A_closure_computes_the_loss_first()
    {
        using var optimizer = new SGD(Parameters, lr: 1);
        double loss = optimizer.Step(() =>
        {
            Second.Gradient.Fill(3);
            return 0.75;
        });
        Assert.That(loss, Is.EqualTo(0.75));
        Assert.That(Numbers(Second.Value), Is.All.EqualTo(-3));
        Assert.That(() => optimizer.Step((Func<double>)null!), Throws.ArgumentNullException);
    }

    [Test]
    public void One_parameter_is_stepped_alone()
    {
        GradientsAreThere();
        using var optimizer = new SGD(Parameters, lr: 1);
        optimizer.Step(Second);
        Assert.Multiple(() =>
        {
            Assert.That(Device.Launches, Is.EqualTo(1));
            Assert.That(Numbers(First.Value), Is.All.Zero);
            Assert.That(Numbers(Second.Value), Is.All.EqualTo(-1));
            Assert.That(optimizer.StepCount(First), Is.Zero);
            Assert.That(optimizer.StepCount(Second), Is.EqualTo(1));
        });
    }

    [Test]
    public void A_parameter_without_a_gradient_is_left_alone_entirely()
    {
        First.Value.Fill(1);
        using var optimizer = new AdamW(Parameters, lr: 1, weightDecay: 0.5);
        optimizer.Step();
        optimizer.Step(First);
        Assert.Multiple(() =>
        {
            Assert.That(Device.Launches, Is.Zero);
            Assert.That(Numbers(First.Value), Is.All.EqualTo(1));
            Assert.That(optimizer.StepCount(First), Is.Zero);
        });
        GradientsAreThere();
        First.HasGradient = false;
        optimizer.Step();
        Assert.Multiple(() =>
        {
            Assert.That(Device.Launches, Is.EqualTo(1));
            Assert.That(Numbers(First.Value), Is.All.EqualTo(1));
            Assert.That(Numbers(optimizer.State(First, "exp_avg")), Is.All.Zero);
            Assert.That(optimizer.StepCount(First), Is.Zero);
            Assert.That(optimizer.StepCount(Second), Is.EqualTo(1));
        });
    }

    [Test]
    public void A_frozen_parameter_has_no_states_until_it_thaws()
    {
        GradientsAreThere();
        First.Frozen = true;
        using var optimizer = new AdamW(Parameters, lr: 1);
        optimizer.Step();
        Assert.Multiple(() =>
        {
            Assert.That(optimizer.StateBytes, Is.EqualTo(2 * 256 * sizeof(float)));
            Assert.That(optimizer.StateNames(First), Is.Empty);
            Assert.That(Numbers(First.Value), Is.All.Zero);
            Assert.That(() => optimizer.State(First, "exp_avg"), Throws.TypeOf<ParameterException>().With.Message.Contains("none"));
        });
        First.Frozen = false;
        optimizer.Step();
        Assert.That(optimizer.StateBytes, Is.EqualTo((2 * 256 * sizeof(float)) + (3 * 256 * sizeof(ushort))));
        Assert.That(optimizer.StepCount(First), Is.EqualTo(1));
    }

    [Test]
    public void States_are_there_by_name_and_of_the_kinds_that_are_needed()
    {
        using var adam = new AdamW(Parameters, lr: 1);
        using var sgd = new SGD(Parameters, lr: 1, momentum: 0.9, kahan: false);
        using var plain = new SGD(Parameters, lr: 1);
        Assert.Multiple(() =>
        {
            Assert.That(adam.StateNames(First), Is.EqualTo((string[])["exp_avg", "exp_avg_sq", "kahan_comp"]));
            Assert.That(adam.StateNames(Second), Is.EqualTo((string[])["exp_avg", "exp_avg_sq"]));
            Assert.That(sgd.StateNames(First), Is.EqualTo((string[])["exp_avg"]));
            Assert.That(plain.StateNames(Second), Is.Empty);
            Assert.That(plain.StateBytes, Is.EqualTo(256 * sizeof(ushort)));
            Assert.That(() => adam.State(First, "momentum"), Throws.TypeOf<ParameterException>().With.Message.Contains("exp_avg_sq"));
        });
    }

    [Test]
    public void States_can_be_written()
    {
        Second.Gradient.Fill(0);
        using var optimizer = new SGD(Parameters, lr: 1, momentum: 0.5);
        optimizer.State(Second, "exp_avg").CopyFrom([2, 4]);
        optimizer.Step();
        Assert.That(Numbers(Second.Value), Is.EqualTo((float[])[-1, -2]));
    }

    [Test]
    public void Gradients_of_its_own_parameters_are_zeroed_and_stay_there()
    {
        GradientsAreThere();
        using var optimizer = new SGD([First], lr: 1);
        optimizer.ZeroGradients();
        Assert.Multiple(() =>
        {
            Assert.That(Numbers(First.Gradient), Is.All.Zero);
            Assert.That(Numbers(Second.Gradient), Is.All.EqualTo(1));
            Assert.That(First.HasGradient, Is.True);
        });
    }

    [Test]
    public void NaN_and_infinity_in_a_gradient_reach_the_parameter([Values] DType dtype, [Values] bool kahan)
    {
        using var parameters = new ParameterBuffer(Device);
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
}
