using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>What is left when the user's own code, or a part of the work, fails.</summary>
internal sealed class FailureTests : OptimizerFixture
{
    [Test]
    public void A_state_narrower_than_float32_under_float32_parameters_is_refused()
    {
        Refused<OptionException>(
            () => new Optimizer<LionRule<ScalarLane>>([Second], new NarrowOptions { Lr = 1 }).Dispose(), "BFloat16 under Float32");
        Refused<OptionException>(
            () => Functional.Step(new NarrowOptions { Lr = 1 }, 1, new float[2], new float[2], new BFloat16[2]), "exp_avg");
    }

    [Test]
    public void A_step_whose_options_fail_was_not_made()
    {
        var options = new FailingOptions { Lr = 1e-3 };
        using var optimizer = new Optimizer<LionRule<ScalarLane>>(
            new ParameterGroup([First], new FailingOptions { Lr = 1e-3, FailsAt = 0 }), new ParameterGroup([Second], options));
        GradientsAreThere();
        optimizer.Step();
        optimizer.Step();
        float[] before = Numbers(Second.Value);
        options.FailsAt = 3;
        Assert.That(optimizer.Step, Throws.TypeOf<TimeoutException>());
        Assert.That(Numbers(Second.Value), Is.EqualTo(before));
        options.FailsAt = 0;
        optimizer.Step();
        Assert.That(optimizer.StepCount(Second), Is.EqualTo(3));
    }

    [Test]
    public void A_part_that_fails_ends_the_work_after_the_others()
    {
        int done = 0;
        var work = new ParallelWork(part =>
        {
            if (part == 3)
                throw new TimeoutException();
            Interlocked.Increment(ref done);
        });
        Assert.That(() => work.Run(8, 2), Throws.TypeOf<TimeoutException>());
        Assert.That(done, Is.EqualTo(7));
    }

    public sealed record NarrowOptions : AnyOptions<LionRule<ScalarLane>>
    {
        public override DType? StateDTypeOf(int state, DType parameter, bool compensated) => DType.BFloat16;
    }

    public sealed record FailingOptions : AnyOptions<LionRule<ScalarLane>>
    {
        public long FailsAt { get; set; }

        public override LionRule<ScalarLane> Rule(in StepContext step) =>
            step.Step == FailsAt ? throw new TimeoutException() : base.Rule(step);
    }
}
