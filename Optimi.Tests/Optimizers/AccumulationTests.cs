namespace Optimi.Tests;

/// <summary>Steps that only accumulate gradients into states.</summary>
[NonParallelizable]
internal sealed class AccumulationTests : OptimizerFixture
{
    [Test]
    public void An_accumulating_step_changes_states_alone_and_counts()
    {
        GradientsAreThere();
        First.Value.Fill(1);
        using var optimizer = new AdamW(Parameters, lr: 1, weightDecay: 0.5);
        optimizer.Accumulate = true;
        optimizer.Step();
        Assert.Multiple(() =>
        {
            Assert.That(Numbers(First.Value), Is.All.EqualTo(1));
            Assert.That(Numbers(optimizer.State(First, "exp_avg")), Is.All.EqualTo(1));
            Assert.That(Numbers(optimizer.State(First, "kahan_comp")), Is.All.Zero);
            Assert.That(optimizer.StepCount(First), Is.EqualTo(1));
        });
        optimizer.Accumulate = false;
        optimizer.Step();
        Assert.That(Numbers(First.Value), Is.All.Not.EqualTo(1));
    }

    [Test]
    public void Accumulation_without_states_is_refused()
    {
        using var optimizer = new SGD([First], lr: 1);
        Refused<OptionException>(() => optimizer.Accumulate = true, "use momentum");
        Assert.That(optimizer.Accumulate, Is.False);
        using var other = new SGD([First], lr: 1, momentum: 0.5);
        other.Accumulate = true;
        Refused<OptionException>(() => other.AddGroup([Second], new SGDOptions { Lr = 1 }), "use momentum");
        Assert.That(other.Groups, Has.Count.EqualTo(1));
    }

    [TestCase(false, 1)]
    [TestCase(true, 0)]
    public void Accumulation_with_L2_decay_is_warned_of(bool decoupleWd, int warnings)
    {
        var messages = new List<string>();
        Warnings.Raised += Listen;
        using var optimizer = new Adam(Parameters, lr: 1, weightDecay: 0.1, decoupleWd: decoupleWd) { Accumulate = true };
        optimizer.Accumulate = true;
        optimizer.Accumulate = false;
        optimizer.Accumulate = true;
        Warnings.Raised -= Listen;
        Assert.That(messages, Has.Count.EqualTo(warnings).And.All.Contains("L2"));

        void Listen(object? sender, WarningEventArgs warning) => messages.Add(warning.Message);
    }
}
