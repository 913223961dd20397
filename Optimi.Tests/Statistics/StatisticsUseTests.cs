namespace Optimi.Tests;

/// <summary>Which parameters statistics tell of, what they are printed as, and what is refused.</summary>
internal sealed class StatisticsUseTests : OptimizerFixture
{
    private const double Half = 0.5;

    [Test]
    public void Parameters_come_in_the_order_of_groups_without_those_that_took_no_part()
    {
        Parameter frozen = Parameters.Add("frozen", DType.BFloat16, 5);
        Parameter without = Parameters.Add("without", DType.BFloat16, 5);
        GradientsAreThere();
        frozen.Frozen = true;
        without.HasGradient = false;
        First.Value.Fill(2);
        using var optimizer = new SGD(
            new ParameterGroup([Second, frozen], new SGDOptions { Lr = 1 }), new ParameterGroup([without, First], new SGDOptions { Lr = Half }));
        StepStatistics statistics = optimizer.StepWithStatistics();
        Assert.Multiple(() =>
        {
            Assert.That(statistics.Parameters.Select(one => one.Parameter), Is.EqualTo([Second, First]));
            Assert.That(statistics.Length, Is.EqualTo(5));
            Assert.That(statistics[First].ParameterNorm, Is.EqualTo(2 * Math.Sqrt(3)).Within(1e-15));
            Assert.That(statistics[First].UpdateRatio, Is.EqualTo(0.25).Within(1e-15));
            Assert.That(statistics[Second].UpdateNorm, Is.EqualTo(Math.Sqrt(2)).Within(1e-15));
            Assert.That(statistics[Second].UpdateRatio, Is.EqualTo(double.PositiveInfinity));
            Assert.That(statistics.UpdateNorm, Is.EqualTo(Math.Sqrt(2.75)).Within(1e-15));
            Assert.That(statistics.GradientNorm, Is.EqualTo(Math.Sqrt(5)).Within(1e-15));
            Refused<ParameterException>(() => _ = statistics[frozen], "'frozen' took no part");
            Refused<ParameterException>(() => _ = statistics[without], "'without' took no part");
            Assert.That(() => statistics[null!], Throws.ArgumentNullException);
        });
    }

    [Test]
    public void A_step_without_any_gradient_tells_of_nothing()
    {
        using var optimizer = new AdamW(Parameters, lr: 1);
        StepStatistics statistics = optimizer.StepWithStatistics();
        Assert.That((statistics.Parameters.Count, statistics.Length, statistics.UpdateRatio, statistics.RoundedAwayShare), Is.EqualTo((0, 0, 0, 0)));
        Assert.That(optimizer.StepCount(First), Is.Zero);
    }

    [Test]
    public void An_empty_tensor_has_no_numbers()
    {
        Parameters.Add("empty", DType.BFloat16, 0);
        GradientsAreThere();
        using var optimizer = new StableAdamW(Parameters, lr: 1);
        Assert.That(optimizer.StepWithStatistics()[Parameters["empty"]].RoundedAwayShare, Is.Zero);
    }

    [Test]
    public void A_step_that_accumulates_updates_nothing()
    {
        GradientsAreThere();
        First.Value.Fill(1);
        using var optimizer = new AdamW(Parameters, lr: 1) { Accumulate = true };
        StepStatistics statistics = optimizer.StepWithStatistics();
        Assert.Multiple(() =>
        {
            Assert.That((statistics.UpdateNorm, statistics.UpdateRatio, statistics.Updated, statistics.RoundedAway), Is.EqualTo((0, 0, 0, 0)));
            Assert.That(statistics.ParameterNorm, Is.EqualTo(Math.Sqrt(3)));
            Assert.That(statistics.GradientNorm, Is.EqualTo(Math.Sqrt(5)));
            Assert.That(optimizer.StepCount(First), Is.EqualTo(1));
            Assert.That(Numbers(optimizer.State(First, "exp_avg")), Is.All.EqualTo(1));
        });
    }

    [Test]
    public void Numbers_that_are_not_finite_are_counted_and_left_out()
    {
        First.Value.CopyFrom([float.PositiveInfinity, 1, 1]);
        First.Gradient.CopyFrom([1, float.NaN, 1]);
        Second.Value.CopyFrom([2, float.MaxValue]);
        Second.Gradient.CopyFrom([1, -float.MaxValue]);
        using var optimizer = new SGD(Parameters, lr: 2);
        StepStatistics statistics = optimizer.StepWithStatistics();
        Assert.Multiple(() =>
        {
            Assert.That(statistics[First].NonFinite, Is.EqualTo(2));
            Assert.That(statistics[Second].NonFinite, Is.EqualTo(1));
            Assert.That(statistics.NonFinite, Is.EqualTo(3));
            Assert.That(statistics.ParameterNorm, Is.EqualTo(Math.Sqrt(5)));
            Assert.That(statistics.GradientNorm, Is.EqualTo(Math.Sqrt(2)));
            Assert.That(statistics.UpdateNorm, Is.EqualTo(Math.Sqrt(8)));
            Assert.That(statistics.RoundedAwayShare, Is.Zero);
        });
    }

    [Test]
    public void Gradients_in_memory_of_others_are_read_where_they_lie()
    {
        using var parameters = new ParameterBuffer(Device, GradientMemory.None);
        Parameter parameter = parameters.Add("p", DType.Float32, 2);
        float[] gradient = [3, 4];
        parameter.BindGradient(gradient);
        using var optimizer = new SGD(parameters, lr: 1);
        Assert.That(optimizer.StepWithStatistics().GradientNorm, Is.EqualTo(5));
        Assert.That(Numbers(parameter.Value), Is.EqualTo((float[])[-3, -4]));
    }

    [Test]
    public void The_table_has_the_same_digits_in_every_culture()
    {
        First.Value.Fill(1);
        First.Gradient.CopyFrom([1e-3f, 1e-3f, 1]);
        Second.Value.Fill(1);
        Second.Gradient.CopyFrom([3, float.NaN]);
        using var optimizer = new SGD(Parameters, lr: Half);
        StepStatistics statistics = optimizer.StepWithStatistics();
        string[] lines = statistics.ToString().Split('\n');
        Assert.That(lines, Is.EqualTo((string[])
        [
            "                        numbers  parameter   gradient     update      ratio rounded away non-finite",
            "first BFloat16 [3]            3  1.732e+00  1.000e+00  5.000e-01  2.887e-01      66.67 %          0",
            "second Float32 [2]            2  1.000e+00  3.000e+00  1.500e+00  1.500e+00       0.00 %          1",
            "all                           5  2.000e+00  3.162e+00  1.581e+00  7.906e-01      50.00 %          1",
        ]));
        Assert.That(statistics[First].ToString(), Is.EqualTo(lines[1]));
    }

    [Test]
    public void Parameters_that_a_model_steps_are_refused()
    {
        GradientsAreThere();
        using var optimizer = new AdamW(Parameters, lr: 1) { GradientRelease = true };
        Refused<OptionException>(() => optimizer.StepWithStatistics(), "call GradientRelease.Prepare(model, optimizer) before");
        var model = new IdleModel();
        GradientRelease.Prepare(model, optimizer);
        Refused<OptionException>(() => optimizer.StepWithStatistics(), "call GradientRelease.Remove(model) first");
        Assert.That(optimizer.StepCount(First), Is.Zero);
        GradientRelease.Remove(model);
    }

    [Test]
    public void Nothing_is_told_after_disposal()
    {
        GradientsAreThere();
        var optimizer = new AdamW(Parameters, lr: 1);
        StepStatistics statistics = optimizer.StepWithStatistics();
        optimizer.Dispose();
        Disposed(() => optimizer.StepWithStatistics());
        using var other = new AdamW(Parameters, lr: 1);
        Parameters.Dispose();
        Disposed(() => other.StepWithStatistics());
        Assert.That(statistics.Length, Is.EqualTo(5));
    }

    /// <summary>A model whose gradients never become ready.</summary>
    private sealed class IdleModel : IGradientSource
    {
        public void Subscribe(Parameter parameter, GradientHook hook)
        {
        }

        public void Unsubscribe(Parameter parameter, GradientHook hook)
        {
        }
    }
}
