using System.Text.Json;
using Optimi.Bench;

namespace Optimi.Tests;

/// <summary><c>train</c> in float16, with a scale of the loss, and with clipping.</summary>
[NonParallelizable]
internal sealed class TrainCommandScalingTests : TrainCommandFixture
{
    [TestCase(65_536.0, 0)]
    [TestCase(65_536.0, 0, "--loss-scale", "auto")]
    [TestCase(1024.0, 0, "--loss-scale", "1024")]
    [TestCase(1e20, 20, "--loss-scale", "1e20")]
    [TestCase(null, 0, "--loss-scale", "off")]
    [TestCase(null, 0, "--gradient-release")]
    [TestCase(null, 0, "--gradient-release", "--clip", "1")]
    public void Float16_scales_its_loss_by_itself_unless_told_otherwise(double? scale, int skipped, params string[] more)
    {
        Assert.That(Train(["--steps", "20", "--dtype", "float16", "--no-plot", .. more]), Is.EqualTo(ExitCode.Success));
        JsonElement[] runs = Runs();
        Assert.Multiple(() =>
        {
            Assert.That(runs.Select(run => run.GetProperty("name").GetString()), Is.EqualTo((string[])["fp16 + Kahan", "fp16"]));
            foreach (JsonElement run in runs)
            {
                Assert.That(run.GetProperty("dtype").GetString(), Is.EqualTo("float16"));
                Assert.That(run.TryGetProperty("lossScale", out JsonElement at) ? at.GetDouble() : (double?)null, Is.EqualTo(scale));
                Assert.That(run.GetProperty("skippedSteps").GetInt64(), Is.EqualTo(skipped));
                if (skipped == 0)
                    Assert.That(run.GetProperty("finalLoss").GetDouble(), Is.LessThan(run.GetProperty("firstLoss").GetDouble()));
            }

            Assert.That(Output.Out, scale is null ? Does.Not.Contain("loss scale") : Does.Contain("loss scale"));
        });
    }

    [TestCase("float32")]
    [TestCase("float32", "--gradient-release")]
    [TestCase("float16", "--kahan", "on")]
    public void Clipping_is_shown_and_changes_weights(string dtype, params string[] more)
    {
        string[] arguments = ["--steps", "3", "--dtype", dtype, "--optimizer", "sgd", "--no-plot", .. more];
        Assert.That(Train(arguments), Is.EqualTo(ExitCode.Success));
        JsonElement without = Runs().Single();
        Assert.That(Train(["--clip", "0.5", .. arguments]), Is.EqualTo(ExitCode.Success));
        JsonElement run = Runs().Single();
        Assert.Multiple(() =>
        {
            Assert.That(without.TryGetProperty("clip", out _), Is.False);
            Assert.That(run.GetProperty("clip").GetDouble(), Is.EqualTo(0.5));
            Assert.That(run.GetProperty("skippedSteps").GetInt64(), Is.Zero);
            Assert.That(run.GetProperty("weightsSha256").GetString(), Is.Not.EqualTo(without.GetProperty("weightsSha256").GetString()));
        });
    }

    [Test]
    public void A_scale_of_two_to_some_power_changes_no_weight_in_float32()
    {
        string[] hashes = [.. ((string[])["off", "1024", "auto"]).Select(scale =>
        {
            Assert.That(Train("--steps", "5", "--dtype", "float32", "--no-plot", "--loss-scale", scale), Is.EqualTo(ExitCode.Success));
            return Runs().Single().GetProperty("weightsSha256").GetString()!;
        })];
        Assert.That(hashes, Has.All.EqualTo(hashes[0]));
    }

    [TestCase("--clip", "0")]
    [TestCase("--clip", "-1")]
    [TestCase("--clip", "NaN")]
    [TestCase("--clip", "1,5")]
    [TestCase("--loss-scale", "on")]
    [TestCase("--loss-scale", "0")]
    [TestCase("--loss-scale", "-1024")]
    [TestCase("--loss-scale", "65,536")]
    [TestCase("--loss-scale", "1e39")]
    [TestCase("--loss-scale", "1e-40")]
    public void A_norm_or_a_scale_that_there_is_not_is_refused_by_name(string option, string value)
    {
        Assert.That(Train(option, value), Is.EqualTo(ExitCode.UnusableInput));
        Assert.That(Output.Error, Does.Contain($"{option} is '{value}', but it must be").And.Contain("such as 1"));
        Assert.That(Output.Out, Is.Empty);
    }

    [TestCase("auto")]
    [TestCase("1024")]
    public void A_scale_does_not_go_with_gradient_release(string scale)
    {
        Assert.That(Train("--dtype", "float16", "--gradient-release", "--loss-scale", scale), Is.EqualTo(ExitCode.UnusableInput));
        Assert.That(Output.Error, Does.Contain("GradientScaler").And.Contain("gradient release"));
    }
}
