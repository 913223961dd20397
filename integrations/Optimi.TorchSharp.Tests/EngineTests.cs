using Optimi;

namespace FusedTests;

/// <summary>The optimizer of Optimi's behind one of TorchSharp's.</summary>
internal sealed class EngineTests
{
    [Test]
    public void No_gradient_is_held_after_a_step([Values] bool withStatistics)
    {
        Parameter parameter = nn.Parameter(ones(3));
        using var optimizer = new FusedAdamW([parameter], 0.1);
        parameter.grad = ones(3);
        if (withStatistics)
            _ = optimizer.step_with_statistics();
        else
            optimizer.step();
        parameter.grad = null;
        float[] before = parameter.data<float>().ToArray();
        Assert.That(optimizer.Engine.Groups[0].Parameters[0].HasGradient, Is.False);
        optimizer.Engine.Step();
        Assert.That(parameter.data<float>().ToArray(), Is.EqualTo(before));
    }

    [Test]
    public void No_gradient_is_held_after_a_step_that_failed()
    {
        Parameter parameter = nn.Parameter(ones(3));
        using var optimizer = new FusedAdamW([parameter], 0.1);
        optimizer.Engine.AverageDecay = 0.9;
        parameter.grad = ones(3);
        optimizer.step();
        optimizer.Engine.SwapIn();
        Assert.That(() => optimizer.step(), Throws.InstanceOf<OptionException>());
        optimizer.Engine.SwapOut();
        Assert.That(optimizer.Engine.Groups[0].Parameters[0].HasGradient, Is.False);
    }

    [Test]
    public void What_rounding_took_is_dropped_for_weights_that_were_set()
    {
        using var training = new Training(ScalarType.BFloat16, p => new FusedAdamW(p, 1e-4));
        training.Run(5);
        var optimizer = (FusedOptimizer)training.Optimizer;
        Optimi.Parameter first = optimizer.Engine.Groups[0].Parameters[0];
        Assert.That(Compensation(), Has.Some.Not.Zero);
        float[] before = Numbers("exp_avg");
        optimizer.TakeWeights(training.Model.parameters().First());
        Assert.That(Compensation(), Is.All.Zero);
        Assert.That(Numbers("exp_avg"), Is.EqualTo(before));
        Assert.That(optimizer.Engine.StepCount(first), Is.EqualTo(5));
        Assert.That(() => optimizer.TakeWeights(nn.Parameter(ones(2))), Throws.InstanceOf<ParameterException>());

        float[] Compensation() => Numbers("kahan_comp");

        float[] Numbers(string state)
        {
            var numbers = new float[first.Length];
            optimizer.Engine.State(first, state).CopyTo(numbers);
            return numbers;
        }
    }

    [Test]
    public void A_step_with_statistics_is_the_step_without()
    {
        using var with = new Training(ScalarType.BFloat16, p => new FusedAdamW(p));
        using var without = new Training(ScalarType.BFloat16, p => new FusedAdamW(p));
        with.Run(3);
        without.Run(4);
        with.Backward(3);
        StepStatistics statistics = ((FusedOptimizer)with.Optimizer).step_with_statistics();
        Assert.That(statistics.GradientNorm, Is.GreaterThan(0));
        Assert.That(Weights.Distance(with.Model, without.Model), Is.Zero);
    }
}
