using Optimi;

namespace Snippets;

/// <summary>The code of the page on schedules.</summary>
internal sealed class ScheduleSnippets
{
    private ComputeDevice _device = null!;
    private ParameterBuffer _parameters = null!;
    private AdamW _optimizer = null!;

    [SetUp]
    public void Open()
    {
        _device = ComputeDevice.Open("cpu");
        _parameters = new ParameterBuffer(_device);
        var options = new AdamWOptions { Lr = 1e-3 };
        _optimizer = new AdamW(
            new ParameterGroup([_parameters.Add("matrix", DType.BFloat16, 3, 3)], options),
            new ParameterGroup([_parameters.Add("bias", DType.BFloat16, 3)], options));
    }

    [TearDown]
    public void Close()
    {
        _optimizer.Dispose();
        _parameters.Dispose();
        _device.Dispose();
    }

    [Test]
    public void A_cosine()
    {
        AdamW optimizer = _optimizer;

        var schedule = new CosineAnnealingLR(optimizer, tMax: 1000, etaMin: 1e-5);
        for (int step = 0; step < 1000; step++)
        {
            // Gradients come here.
            optimizer.Step();
            schedule.Step();
        }

        Assert.That(optimizer.Lr, Is.EqualTo(1e-5).Within(1e-9));
    }

    [Test]
    public void Groups()
    {
        AdamW optimizer = _optimizer;

        var cycle = new OneCycleLR(optimizer, maxLr: [0.01, 0.1], totalSteps: 1000);
        var decay = new LambdaLR(optimizer, [step => Math.Pow(0.95, step), step => 1 / (1.0 + step)]);

        decay.Step();
        Assert.That(decay.LastLr, Is.EqualTo((double[])[0.95 * 0.01 / 25, 0.1 / 25 / 2]).Within(1e-12));
        Assert.That(cycle.StepCount, Is.Zero);
    }

    [Test]
    public void One_after_another()
    {
        AdamW optimizer = _optimizer;

        var warmUp = new LinearLR(optimizer, startFactor: 0.01, totalIters: 100);
        var cosine = new CosineAnnealingLR(optimizer, tMax: 900);
        var schedule = new SequentialLR(optimizer, [warmUp, cosine], milestones: [100]);

        for (int step = 0; step < 100; step++)
            schedule.Step();
        Assert.That(optimizer.Lr, Is.EqualTo(1e-3));
    }

    [Test]
    public void A_metric()
    {
        AdamW optimizer = _optimizer;
        double validationLoss = 1;

        var plateau = new ReduceLROnPlateau(optimizer, factor: 0.5, patience: 3);
        plateau.Step(validationLoss);

        Assert.That(plateau.Best, Is.EqualTo(1));
    }

    [Test]
    public void Other_options()
    {
        AdamW optimizer = _optimizer;

        var rate = new CosineAnnealingLR(optimizer, tMax: 1000);
        var weightDecay = new LinearLR(optimizer, 1, 0.1, 1000, ScheduleTarget.WeightDecay);
        var both = new ChainedScheduler(rate, weightDecay);

        var beta2 = ScheduleTarget.Of<AdamWOptions>("beta2", options => options.Beta2, (options, value) => options with { Beta2 = value });
        var settle = new LambdaLR(optimizer, step => step < 100 ? 0.95 : 1, beta2);

        both.Step();
        settle.Step();
        var options = (AdamWOptions)optimizer.Groups[0].Options;
        Assert.That((options.WeightDecay, options.Beta2), Is.EqualTo((0.01 * 0.9991, 0.99 * 0.95)).Within(1e-12));
    }

    [Test]
    public void Stopping_and_going_on()
    {
        AdamW optimizer = _optimizer;
        var schedule = new StepLR(optimizer, stepSize: 30, gamma: 0.5);
        for (int step = 0; step < 40; step++)
            schedule.Step();

        string saved = schedule.SaveState().ToJson();

        var restored = new StepLR(optimizer, stepSize: 30, gamma: 0.5);
        restored.LoadState(ScheduleState.FromJson(saved));

        Assert.That(restored.StepCount, Is.EqualTo(40));
        Assert.That(optimizer.Lr, Is.EqualTo(0.5e-3));
    }
}
