using Optimi.Bench;

namespace Optimi.Tests;

/// <summary>The model on the host and on devices.</summary>
[TestFixtureSource(typeof(TrainingDevice), nameof(TrainingDevice.Names))]
internal sealed class TrainedModelTests(string name)
{
    private const int Vocabulary = 11;

    /// <summary>No multiple of the matrix kernel's squares, nor is anything else.</summary>
    private const int Width = 21;

    private const int Examples = 19;

    private ComputeDevice _device = null!;

    /// <summary>One for all tests, so that each kernel is compiled once.</summary>
    [OneTimeSetUp]
    public void Open() => _device = TrainingDevice.Open(name);

    [OneTimeTearDown]
    public void Close() => _device?.Dispose();

    [TestCase(DType.Float32)]
    [TestCase(DType.BFloat16)]
    [TestCase(DType.Float16)]
    public void Gradients_are_the_hosts(DType dtype)
    {
        using var model = new ModelOnBatch(_device, dtype, Vocabulary, Width, Examples);
        using ComputeDevice host = ComputeDevice.Open("cpu");
        using var expected = new ModelOnBatch(host, dtype, Vocabulary, Width, Examples);
        Assert.That(model.Loss(), Is.EqualTo(expected.Loss()).Within(1e-5));
        // Of the largest: sums of some hundred products in float32, and those rounded to bfloat16 or float16.
        double tolerance = dtype switch
        {
            DType.Float32 => 1e-5,
            DType.BFloat16 => 1.0 / 256,
            _ => 1.0 / 2048,
        };
        Assert.Multiple(() =>
        {
            foreach ((Parameter parameter, Parameter reference) in model.Parameters.Zip(expected.Parameters))
            {
                float[] gradient = ModelOnBatch.GradientOf(reference);
                Assert.That(
                    ModelOnBatch.GradientOf(parameter),
                    Is.EqualTo(gradient).Within(tolerance * gradient.Max(Math.Abs)),
                    parameter.Name);
            }
        });
    }

    [TestCase(65_536f)]
    [TestCase(1f / 1024)]
    [TestCase(1000f)]
    public void Gradients_are_those_of_the_scaled_loss(float scale)
    {
        using var model = new ModelOnBatch(_device, DType.Float32, Vocabulary, Width, Examples);
        using var scaled = new ModelOnBatch(_device, DType.Float32, Vocabulary, Width, Examples);
        Assert.That(scaled.Loss(lossScale: scale), Is.EqualTo(model.Loss()));
        Assert.Multiple(() =>
        {
            foreach ((Parameter parameter, Parameter reference) in scaled.Parameters.Zip(model.Parameters))
            {
                float[] gradient = [.. ModelOnBatch.GradientOf(reference).Select(number => number * scale)];
                // A power of two changes exponents alone, so that no sum is rounded otherwise.
                double tolerance = float.IsPow2(scale) ? 0 : 1e-6 * gradient.Max(Math.Abs);
                Assert.That(ModelOnBatch.GradientOf(parameter), Is.EqualTo(gradient).Within(tolerance), parameter.Name);
            }
        });
    }

    [Test]
    public void Small_gradients_vanish_in_float16_unless_the_loss_is_scaled()
    {
        const float Small = 1f / (1 << 20);
        using var model = new ModelOnBatch(_device, DType.Float16, Vocabulary, Width, Examples);
        double loss = model.Loss();
        int full = NonZero(scale: 1);
        Assert.Multiple(() =>
        {
            Assert.That(NonZero(Small), Is.LessThan(full / 2));
            // Gradients beyond float16's range are infinite, and the loss is what it is.
            Assert.That(model.Loss(lossScale: 1e9f), Is.EqualTo(loss));
            Assert.That(model.Parameters.SelectMany(ModelOnBatch.GradientOf), Has.Some.Matches<float>(float.IsInfinity));
        });

        int NonZero(float scale)
        {
            model.Loss(lossScale: scale);
            return model.Parameters.SelectMany(ModelOnBatch.GradientOf).Count(number => number != 0);
        }
    }

    [Test]
    public void A_gradient_is_how_much_the_loss_changes()
    {
        const float Change = 1e-3f;
        using var model = new ModelOnBatch(_device, DType.Float32, Vocabulary, Width, Examples);
        model.Loss();
        (Parameter Parameter, float[] Gradient)[] gradients =
            [.. model.Parameters.Select(parameter => (parameter, ModelOnBatch.GradientOf(parameter)))];
        Assert.Multiple(() =>
        {
            foreach ((Parameter parameter, float[] gradient) in gradients)
            {
                int steepest = Array.IndexOf(gradient, gradient.MaxBy(Math.Abs));
                double difference = LossAt(parameter, steepest, Change) - LossAt(parameter, steepest, -Change);
                Assert.That(difference / (2 * Change), Is.EqualTo(gradient[steepest]).Within(2).Percent, parameter.Name);
            }
        });

        double LossAt(Parameter parameter, int index, float change)
        {
            float[] before = new float[parameter.Length];
            parameter.Value.CopyTo(before);
            float[] after = [.. before];
            after[index] += change;
            parameter.Value.CopyFrom(after);
            double loss = model.Loss();
            parameter.Value.CopyFrom(before);
            return loss;
        }
    }

    [Test]
    public void Layers_are_complete_from_the_last_to_the_first_and_are_then_needed_no_more()
    {
        using var expected = new ModelOnBatch(_device, DType.Float32, Vocabulary, Width, Examples);
        using var model = new ModelOnBatch(_device, DType.Float32, Vocabulary, Width, Examples);
        var spoiling = new SpoilingSink();
        Assert.Multiple(() =>
        {
            Assert.That(model.Loss(spoiling), Is.EqualTo(expected.Loss()));
            Assert.That(model.Parameters.Select(ModelOnBatch.GradientOf), Is.EqualTo(expected.Parameters.Select(ModelOnBatch.GradientOf)));
            Assert.That(spoiling.Layers, Is.EqualTo((string[])
            [
                "output.weight output.bias", "hidden2.weight hidden2.bias", "hidden1.weight hidden1.bias", "embedding",
            ]));
        });
    }

    [Test]
    public void Training_in_float16_goes_down_with_a_scale_that_finds_itself()
    {
        var plan = new TrainingPlan(
            "fp16", "adamw", new StorageMode(DType.Float16, Kahan: true), name, Steps: 30, Lr: 1e-2, Seed: 1, Layers: 1, Width: 16, Clip: 1,
            LossScaling: new LossScaling((double?)null));
        TrainingResult result = Trainer.Run(_device, plan, ShortText(), _ => { }, CancellationToken.None);
        TrainingResult again = Trainer.Run(_device, plan, ShortText(), _ => { }, CancellationToken.None);
        Assert.Multiple(() =>
        {
            Assert.That(result.Losses, Has.All.Matches<double>(double.IsFinite));
            Assert.That(result.FinalLoss, Is.LessThan(result.FirstLoss));
            // A scale that is too large has halved in each step that was skipped.
            Assert.That(result.LossScale, Is.EqualTo(65_536 / Math.Pow(2, result.SkippedSteps)));
            Assert.That(again.WeightsSha256, Is.EqualTo(result.WeightsSha256));
        });
    }

    [Test]
    public void A_loss_that_is_scaled_too_far_skips_all_steps_and_ends_no_training()
    {
        var plan = new TrainingPlan(
            "fp16", "adamw", new StorageMode(DType.Float16, Kahan: true), name, Steps: 5, Lr: 1e-2, Seed: 1, Layers: 1, Width: 16,
            LossScaling: new LossScaling(1e12));
        TrainingResult result = Trainer.Run(_device, plan, ShortText(), _ => { }, CancellationToken.None);
        Assert.That((result.Steps, result.SkippedSteps, result.Diverged, result.LossScale), Is.EqualTo((5, 5, false, 1e12)));
    }

    [Test]
    public void Training_goes_down_and_repeats_to_the_last_bit()
    {
        Corpus corpus = ShortText();
        var plan = new TrainingPlan("bf16", "adamw", new StorageMode(DType.BFloat16, Kahan: true), name, Steps: 20, Lr: 1e-2, Seed: 1, Layers: 1, Width: 16);
        // The first opens the device itself.
        TrainingResult first = Trainer.Run(plan, corpus, _ => { }, CancellationToken.None);
        TrainingResult second = Trainer.Run(_device, plan, corpus, _ => { }, CancellationToken.None);
        Assert.Multiple(() =>
        {
            Assert.That(first.FinalLoss, Is.LessThan(first.FirstLoss));
            Assert.That(second.Losses, Is.EqualTo(first.Losses));
            Assert.That(second.WeightsSha256, Is.EqualTo(first.WeightsSha256));
        });
        TrainingResult released = Trainer.Run(_device, plan with { GradientRelease = true }, corpus, _ => { }, CancellationToken.None);
        Assert.Multiple(() =>
        {
            Assert.That(released.WeightsSha256, Is.EqualTo(first.WeightsSha256));
            Assert.That(released.PeakGradientBytes, Is.LessThan(first.PeakGradientBytes));
        });
    }

    private static Corpus ShortText()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, string.Concat(Enumerable.Range(0, 200).Select(i => $"{i} times {i} is {i * i}. ")));
        var corpus = Corpus.Read(path, minLength: 1);
        File.Delete(path);
        return corpus;
    }
}
