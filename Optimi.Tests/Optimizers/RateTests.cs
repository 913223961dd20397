namespace Optimi.Tests;

/// <summary>Learning rates and what is made of them.</summary>
[NonParallelizable]
internal sealed class RateTests : OptimizerFixture
{
    private readonly List<string> _warnings = [];

    [SetUp]
    public void Listen()
    {
        _warnings.Clear();
        Warnings.Raised += Listen;
    }

    [TearDown]
    public void Unlisten() => Warnings.Raised -= Listen;

    [Test]
    public void Each_groups_own_rate_is_scaled()
    {
        using var optimizer = new SGD(
            new ParameterGroup([First], new SGDOptions { Lr = 0.5 }), new ParameterGroup([Second], new SGDOptions { Lr = 4 }));
        optimizer.ScaleLr(0.25);
        Assert.That(optimizer.Groups.Select(group => group.Lr), Is.EqualTo((double[])[0.125, 1]));
        Assert.Multiple(() =>
        {
            Refused<OptionException>(() => optimizer.ScaleLr(double.NaN), "factor is NaN");
            Refused<OptionException>(() => optimizer.ScaleLr(-1), "factor is -1");
            Refused<OptionException>(() => optimizer.ScaleLr(3.5e38), "factor is 3.5E+38");
        });
        optimizer.Groups[1].Lr = 10;
        Refused<OptionException>(() => optimizer.ScaleLr(1e38), "Lr is 1E+39");
        Assert.That(optimizer.Groups.Select(group => group.Lr), Is.EqualTo((double[])[0.125, 10]));
        optimizer.Lr = 3;
        Assert.That(optimizer.Groups.Select(group => group.Lr), Is.All.EqualTo(3));
    }

    [Test]
    public void A_scalar_that_overflows_float32_is_refused_wherever_it_can_be_set()
    {
        float[] p = [1], g = [1], m = [0], v = [0];
        using var optimizer = new AdamW([Second], lr: 1);
        Assert.Multiple(() =>
        {
            Refused<OptionException>(() => new SGD([Second], lr: 1e39).Dispose(), "Lr is 1E+39");
            Refused<OptionException>(() => optimizer.Lr = 1e39, "Lr is 1E+39");
            Refused<OptionException>(() => optimizer.Groups[0].Lr = 1e39, "Lr is 1E+39");
            Refused<OptionException>(() => new SGD([Second], lr: 1, weightDecay: 1e39).Dispose(), "WeightDecay is 1E+39");
            Refused<OptionException>(() => new Adam([Second], lr: 1, epsilon: 1e39).Dispose(), "Epsilon is 1E+39");
            Refused<OptionException>(() => new Adan([Second], lr: 1, epsilon: 1e39).Dispose(), "Epsilon is 1E+39");
            Refused<OptionException>(() => new StableAdamW([Second], lr: 1, epsilon: 1e20).Dispose(), "square of Epsilon is 1E+40");
            Refused<OptionException>(() => new AdamW([Second], lr: 1, decoupleLr: true, maxLr: 1e39).Dispose(), "MaxLr is 1E+39");
            Refused<OptionException>(() => new AdamW([Second], lr: 1e30, weightDecay: 1e30).Dispose(), "A step's decay");
            Refused<OptionException>(
                () => new AdamW([Second], lr: 1, weightDecay: 1, decoupleLr: true, maxLr: 1e-40).Dispose(), "A step's decay");
            Refused<OptionException>(
                () => new StableAdamW([Second], lr: 0, weightDecay: 1, decoupleLr: true, maxLr: 1e-40).Dispose(), "Decay for each unit");
            Refused<OptionException>(() => Functional.Step(new AdamOptions { Lr = 1 }, 1, p, g, m, v, lr: 1e39), "Lr is 1E+39");
            Refused<OptionException>(() => Functional.Step(new AdamOptions { Lr = 1e39 }, 1, p, g, m, v), "Lr is 1E+39");
        });
        Assert.That(optimizer.Lr, Is.EqualTo(1));
        optimizer.Lr = float.MaxValue;
    }

    [Test]
    public void An_epsilon_that_float32_takes_for_zero_is_warned_of()
    {
        using var adam = new Adam([Second], lr: 1, epsilon: 1e-46);
        using var adan = new Adan([Second], lr: 1, epsilon: 0);
        using var stable = new StableAdamW([Second], lr: 1, epsilon: 1e-30);
        Assert.That(_warnings, Has.Count.EqualTo(3));
        Assert.That(_warnings[0], Does.StartWith("Epsilon 1E-46 is 0 in float32"));
        Assert.That(_warnings[1], Does.StartWith("Epsilon 0 is 0"));
        Assert.That(_warnings[2], Does.StartWith("The square of Epsilon 1E-30 is 0"));
        adam.Groups[0].Options = (AdamOptions)adam.Groups[0].Options with { Epsilon = 0, WeightDecay = 0.1 };
        Assert.That(_warnings, Has.Count.EqualTo(3));
        using var sound = new Adam([Second], lr: 1, epsilon: 1e-40);
        Assert.That(_warnings, Has.Count.EqualTo(3));
        sound.Groups[0].Options = (AdamOptions)sound.Groups[0].Options with { Epsilon = 0 };
        Assert.That(_warnings, Has.Count.EqualTo(4));
    }

    [Test]
    public void A_rate_above_the_one_that_decay_is_related_to_is_warned_of_once()
    {
        var options = new AdamWOptions { Lr = 0.001, WeightDecay = 1e-4, DecoupleLr = true };
        using var optimizer = new AdamW(new ParameterGroup([First], options), new ParameterGroup([Second], options));
        optimizer.Lr = 0.001;
        Assert.That(_warnings, Is.Empty);
        optimizer.Lr = 0.125;
        optimizer.Lr = 0.25;
        optimizer.Groups[1].Lr = 0.5;
        Assert.That(_warnings, Has.Count.EqualTo(1));
        Assert.That(_warnings[0], Does.Contain("Lr 0.125 is above MaxLr 0.001").And.Contain("125 times 0.0001"));
        using var given = new AdamW([First], options with { Lr = 0.001, MaxLr = 0.25 });
        given.Lr = 0.25;
        Assert.That(_warnings, Has.Count.EqualTo(1));
        using var below = new AdamW([First], options with { Lr = 1, MaxLr = 0.25 });
        Assert.That(_warnings, Has.Count.EqualTo(2));
        using var scaled = new AdamW([First], options with { DecoupleLr = false });
        scaled.Lr = 1;
        Assert.That(_warnings, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_listener_that_throws_leaves_all_rates_set()
    {
        var options = new AdamWOptions { Lr = 0.125, WeightDecay = 1e-4, DecoupleLr = true };
        using var optimizer = new AdamW(new ParameterGroup([First], options), new ParameterGroup([Second], options));
        Warnings.Raised += Throw;
        Assert.That(() => optimizer.ScaleLr(2), Throws.TypeOf<TimeoutException>());
        Warnings.Raised -= Throw;
        Assert.That(optimizer.Groups.Select(group => group.Lr), Is.All.EqualTo(0.25));

        static void Throw(object? sender, WarningEventArgs warning) => throw new TimeoutException();
    }

    private void Listen(object? sender, WarningEventArgs warning) => _warnings.Add(warning.Message);
}
