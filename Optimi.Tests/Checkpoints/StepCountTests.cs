namespace Optimi.Tests;

/// <summary>Step counters that are set by hand: states that were written are used, not begun anew.</summary>
internal sealed class StepCountTests
{
    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Written_states_are_used_from_the_count_on(TestDevice row)
    {
        using var parameters = new ParameterBuffer(row.Shared);
        Parameter parameter = parameters.Add("p", DType.Float32, 3);
        parameter.Value.Fill(1);
        using var optimizer = new AdamW(parameters, lr: 0.1, beta1: 0.9, beta2: 0.99, weightDecay: 0);
        optimizer.State(parameter, "exp_avg").Fill(0.1f);
        optimizer.State(parameter, "exp_avg_sq").Fill(4);
        optimizer.SetStepCount(parameter, 1_000);
        parameter.Gradient.Fill(1);
        optimizer.Step();
        Assert.Multiple(() =>
        {
            Assert.That(TestTraining.Numbers(parameter.Value), Is.All.EqualTo(0.99046).Within(1e-5));
            Assert.That(optimizer.StepCount(parameter), Is.EqualTo(1_001));
        });
    }

    [TestCaseSource(typeof(TestOptimizer), nameof(TestOptimizer.All))]
    public void States_and_counters_that_are_copied_by_hand_go_on_as_they_did(TestOptimizer row)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using SavedTraining first = Training();
        using SavedTraining second = Training();
        first.Run(0, 3);
        second.Run(20, 2);
        foreach ((Parameter from, Parameter to) in first.Parameters.Zip(second.Parameters))
        {
            Copy(from.Value, to.Value);
            foreach (string name in first.Optimizer.StateNames(from))
                Copy(first.Optimizer.State(from, name), second.Optimizer.State(to, name));
            second.Optimizer.SetStepCount(to, first.Optimizer.StepCount(from));
        }

        first.Run(3, 3);
        second.Run(3, 3);
        Assert.That(second.Bits(), Is.EqualTo(first.Bits()));

        SavedTraining Training() => new(device, DType.BFloat16, parameters => row.Over(parameters, kahan: true, states: null));

        static void Copy(TensorStorage from, TensorStorage to) => to.CopyFrom(TestTraining.Numbers(from));
    }

    [TestCase(-1)]
    [TestCase(long.MaxValue)]
    public void A_count_that_cannot_be_is_refused_and_the_old_one_stays(long count)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.Float32, 3);
        using var optimizer = new AdamW(parameters, lr: 0.1);
        optimizer.SetStepCount(parameter, 7);
        Assert.That(
            () => optimizer.SetStepCount(parameter, count), Throws.TypeOf<OptionException>().With.Message.Contains(FormattableString.Invariant($"{count}")));
        Assert.That(optimizer.StepCount(parameter), Is.EqualTo(7));
    }
}
