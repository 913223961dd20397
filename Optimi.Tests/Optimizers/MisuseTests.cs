namespace Optimi.Tests;

/// <summary>What is refused, and what is warned of.</summary>
[NonParallelizable]
internal sealed class MisuseTests : OptimizerFixture
{
    [TestCase(1e-3, true, 1)]
    [TestCase(1e-4, true, 0)]
    [TestCase(1e-3, false, 0)]
    public void Large_decay_that_lr_does_not_scale_is_warned_of_once(double decay, bool decoupleLr, int warnings)
    {
        var messages = new List<string>();
        Warnings.Raised += Listen;
        var options = new AdamWOptions { Lr = 1, WeightDecay = decay, DecoupleLr = decoupleLr };
        using var optimizer = new AdamW(new ParameterGroup([First], options), new ParameterGroup([Second], options));
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
        using var optimizer = new SGD([First], lr: 1);
        var options = new SGDOptions { Lr = 1 };
        Assert.Multiple(() =>
        {
            Refused<ParameterException>(() => optimizer.AddGroup([First], options), "'first' is in a group");
            Refused<ParameterException>(() => optimizer.AddGroup([foreign], options), "'foreign' is on device");
            Refused<ParameterException>(() => optimizer.AddGroup([], options), "at least one parameter");
            Refused<ParameterException>(() => optimizer.AddGroup([Second, Second], options), "'second' is twice");
            Refused<ParameterException>(() => optimizer.Step(Second), "'second' is in no group");
            Refused<ParameterException>(() => optimizer.State(Second, "exp_avg"), "'second' is in no group");
            Refused<ParameterException>(() => new SGD([]).Dispose(), "at least one group");
            Refused<OptionException>(
                () => new SGD(new ParameterGroup([Second], new AdamOptions { Lr = 1 })).Dispose(), "AdamOptions are not the options of SGD");
        });
        optimizer.AddGroup([Second], options);
        Assert.That(optimizer.Groups, Has.Count.EqualTo(2));
    }

    [Test]
    public void Nothing_is_usable_after_disposal()
    {
        GradientsAreThere();
        var optimizer = new AdamW(Parameters, lr: 1);
        TensorStorage state = optimizer.State(First, "exp_avg");
        optimizer.Dispose();
        optimizer.Dispose();
        Assert.Multiple(() =>
        {
            Disposed(optimizer.Step);
            Disposed(() => optimizer.Step(First));
            Disposed(() => optimizer.Step(() => 0));
            Disposed(optimizer.ZeroGradients);
            Disposed(() => _ = optimizer.StateBytes);
            Disposed(() => optimizer.State(First, "exp_avg"));
            Disposed(() => state.CopyTo(new float[3]));
            Disposed(() => optimizer.AddGroup([Second], new AdamWOptions { Lr = 1 }));
        });
    }

    [Test]
    public void Nothing_is_stepped_after_the_buffer_is_disposed()
    {
        GradientsAreThere();
        using var optimizer = new AdamW(Parameters, lr: 1);
        optimizer.Step();
        Parameters.Dispose();
        Assert.Multiple(() =>
        {
            Disposed(optimizer.Step);
            Disposed(() => optimizer.Step(First));
            Disposed(optimizer.ZeroGradients);
        });
    }
}
