using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Optimi.Bench;

namespace Optimi.Tests;

[NonParallelizable]
internal sealed class TrainCommandTests : TrainCommandFixture
{
    [Test]
    public void Four_runs_are_summed_up_in_files()
    {
        Assert.That(Train("--steps", "40"), Is.EqualTo(ExitCode.Success));
        JsonElement[] runs = Runs();
        string[] fields =
        [
            "name", "optimizer", "dtype", "kahan", "states", "weightBits", "device", "gradientRelease", "accumulate", "schedule", "parameters", "steps",
            "firstLoss", "finalLoss", "weightBytes", "gradientBytes", "peakGradientBytes", "stateBytes", "optimizerMsPerStep", "seconds", "weightsSha256",
            "memoryPlan", "skippedSteps",
        ];
        Assert.Multiple(() =>
        {
            Assert.That(runs.Select(run => run.GetProperty("dtype").GetString()), Is.EqualTo((string[])["float32", "bfloat16", "bfloat16", "bfloat16"]));
            Assert.That(runs.Select(run => run.GetProperty("kahan").GetBoolean()), Is.EqualTo((bool[])[false, true, false, false]));
            Assert.That(
                runs.Select(run => run.GetProperty("states").GetString()),
                Is.EqualTo((string[])["parameter", "parameter", "parameter", "compressed"]));
            Assert.That(runs[3].GetProperty("weightBits").GetInt32(), Is.EqualTo(24));
            Assert.That(runs[3].GetProperty("name").GetString(), Is.EqualTo("bf16, compressed states, 24-bit weights"));
            foreach (JsonElement run in runs)
            {
                Assert.That(run.EnumerateObject().Select(field => field.Name), Is.EqualTo(fields));
                Assert.That(run.GetProperty("finalLoss").GetDouble(), Is.LessThan(run.GetProperty("firstLoss").GetDouble()));
                JsonElement plan = run.GetProperty("memoryPlan");
                Assert.That(plan.GetProperty("valueBytes").GetInt64(), Is.EqualTo(run.GetProperty("weightBytes").GetInt64()));
                Assert.That(plan.GetProperty("gradientBytes").GetInt64(), Is.EqualTo(run.GetProperty("gradientBytes").GetInt64()));
                Assert.That(
                    plan.GetProperty("stateBytes").GetInt64() + plan.GetProperty("compensationBytes").GetInt64(),
                    Is.EqualTo(run.GetProperty("stateBytes").GetInt64()));
                Assert.That(Output.Out, Does.Match($@"(?m)^{Regex.Escape(run.GetProperty("name").GetString()!)} +memory \d+\.\d\d MiB \("));
            }

            Assert.That(File.ReadAllLines(Path.Combine(Folder, "loss.csv")), Has.Length.EqualTo(41));
            Assert.That(File.Exists(Path.Combine(Folder, "loss.png")), Is.EqualTo(LossChart.CanDraw));
        });
    }

    [TestCase("0.5")]
    [TestCase("0.5", "--gradient-release")]
    [TestCase("0.5", "--device", "cpu-simulated", "--gradient-release", "--layers", "1", "--width", "8")]
    public void The_loss_of_averages_is_shown_and_changes_no_weight(string decay, params string[] more)
    {
        string[] arguments = ["--steps", "3", "--dtype", "bfloat16", "--kahan", "on", "--no-plot", .. more];
        Assert.That(Train(arguments), Is.EqualTo(ExitCode.Success));
        JsonElement without = Runs().Single();
        Assert.That(Train(["--ema", decay, .. arguments]), Is.EqualTo(ExitCode.Success));
        JsonElement run = Runs().Single();
        Assert.Multiple(() =>
        {
            Assert.That(run.GetProperty("weightsSha256").GetString(), Is.EqualTo(without.GetProperty("weightsSha256").GetString()));
            Assert.That(run.GetProperty("ema").GetDouble(), Is.EqualTo(0.5));
            Assert.That(run.GetProperty("averagedLoss").GetDouble(), Is.EqualTo(run.GetProperty("finalLoss").GetDouble()).Within(1));
            Assert.That(
                run.GetProperty("stateBytes").GetInt64() - without.GetProperty("stateBytes").GetInt64(),
                Is.EqualTo(2 * run.GetProperty("weightBytes").GetInt64()));
            Assert.That(
                run.GetProperty("peakGradientBytes").GetInt64(), Is.EqualTo(without.GetProperty("peakGradientBytes").GetInt64()));
            Assert.That(Output.Out, Does.Contain("averag"));
        });
    }

    [TestCase("1")]
    [TestCase("-0.5")]
    [TestCase("0,9")]
    public void A_decay_that_no_average_has_is_refused(string decay)
    {
        Assert.That(Train("--ema", decay), Is.EqualTo(ExitCode.UnusableInput));
        Assert.That(Output.Error, Does.Contain($"--ema is '{decay}', but it must be").And.Contain("such as 0.999."));
    }

    [Test]
    public void The_same_seed_gives_the_same_losses_and_another_seed_others()
    {
        File.WriteAllText(Path.Combine(Folder, "loss.png"), "an earlier training's");
        string[] files = [.. ((string[])["1", "1", "2"]).Select(seed =>
        {
            Train("--steps", "5", "--dtype", "bfloat16", "--kahan", "on", "--no-plot", "--seed", seed);
            return $"{Runs().Single().GetProperty("weightsSha256")} {File.ReadAllText(Path.Combine(Folder, "loss.csv"))}";
        })];
        Assert.Multiple(() =>
        {
            Assert.That(files[0], Does.Match("^[0-9a-f]{64} step,"));
            Assert.That(files[1], Is.EqualTo(files[0]));
            Assert.That(files[2], Is.Not.EqualTo(files[0]));
            Assert.That(files[2][..64], Is.Not.EqualTo(files[0][..64]));
            Assert.That(File.Exists(Path.Combine(Folder, "loss.png")), Is.False);
        });
    }

    [TestCase("1")]
    [TestCase("3")]
    public void Gradient_release_ends_with_the_same_weights_and_the_largest_layers_memory(string accumulate)
    {
        JsonElement[] runs = [.. ((string[][])[[], ["--gradient-release"]]).Select(release =>
        {
            Train(["--steps", "9", "--no-plot", "--accumulate", accumulate, .. release]);
            return Runs();
        }).SelectMany(run => run)];
        Assert.Multiple(() =>
        {
            for (int i = 0; i < 4; i++)
            {
                Assert.That(
                    runs[4 + i].GetProperty("weightsSha256").GetString(), Is.EqualTo(runs[i].GetProperty("weightsSha256").GetString()));
                // The first hidden layer: 320 outputs of 384 inputs, and as many biases.
                int bytes = i == 0 ? sizeof(float) : sizeof(ushort);
                Assert.That(runs[4 + i].GetProperty("peakGradientBytes").GetInt64(), Is.EqualTo(((320 * 384) + 512) * bytes));
                Assert.That(
                    runs[4 + i].GetProperty("memoryPlan").GetProperty("scratchBytes").GetInt64(), Is.EqualTo(((320 * 384) + 512) * bytes));
                Assert.That(
                    runs[i].GetProperty("peakGradientBytes").GetInt64(), Is.EqualTo(runs[i].GetProperty("gradientBytes").GetInt64()));
            }
        });
    }

    [TestCase("sgd")]
    [TestCase("adam")]
    [TestCase("stableadamw")]
    public void Other_optimizers_train_too(string optimizer)
    {
        Assert.That(Train("--steps", "60", "--dtype", "float32", "--optimizer", optimizer, "--no-plot"), Is.EqualTo(ExitCode.Success));
        JsonElement run = Runs().Single();
        Assert.That(run.GetProperty("finalLoss").GetDouble(), Is.LessThan(run.GetProperty("firstLoss").GetDouble()));
    }

    [TestCase("constant")]
    [TestCase("linear")]
    [TestCase("onecycle")]
    [TestCase("wsd")]
    public void Other_schedules_train_too(string schedule)
    {
        Assert.That(Train("--steps", "60", "--dtype", "float32", "--schedule", schedule, "--no-plot"), Is.EqualTo(ExitCode.Success));
        JsonElement run = Runs().Single();
        Assert.That(run.GetProperty("schedule").GetString(), Is.EqualTo(schedule));
        Assert.That(run.GetProperty("finalLoss").GetDouble(), Is.LessThan(run.GetProperty("firstLoss").GetDouble()));
    }

    [Test]
    public void A_schedule_that_there_is_not_is_refused()
    {
        Assert.That(TrainCommand.Create().Parse(["--schedule", "exponential"]).Invoke(), Is.Not.Zero);
        Assert.That(Output.Error, Does.Contain("'exponential'"));
        Assert.That(Output.Out + Output.Error, Does.Contain("constant").And.Contain("wsd"));
    }

    [Test]
    public void Trainings_that_diverge_have_an_exit_code_of_their_own_and_are_named()
    {
        Assert.That(Train("--steps", "20", "--lr", "1e9"), Is.EqualTo(ExitCode.Diverged));
        JsonElement[] runs = Runs();
        Assert.Multiple(() =>
        {
            // None keeps the others from being trained, but each ends where there is nothing left to train.
            Assert.That(runs, Has.Length.EqualTo(4));
            foreach (JsonElement run in runs)
            {
                Assert.That(
                    Output.Error,
                    Does.Contain($"{run.GetProperty("name")} diverged: at step {run.GetProperty("steps")} its loss was NaN"));
                Assert.That(run.GetProperty("steps").GetInt32(), Is.InRange(2, 19));
            }

            Assert.That(Output.Error, Does.Contain("Use an --lr below 1000000000."));
            Assert.That(Output.Out, Does.Contain("final loss").And.Contains("bf16 + Kahan"));
        });
    }

    [Test]
    public void Losses_have_a_point_for_decimals()
    {
        // The tests run under a culture with a decimal comma.
        Assert.That(Train("--steps", "10", "--dtype", "float32", "--lr", "0.001", "--no-plot"), Is.EqualTo(ExitCode.Success));
        Assert.Multiple(() =>
        {
            Assert.That(Output.Out, Does.Match(@"│ \d\.\d{4} +│").And.Match(@"\d\.\d\d MiB").And.Match(@"\d\.\d %"));
            Assert.That(File.ReadAllLines(Path.Combine(Folder, "loss.csv"))[1], Does.Match(@"^1,\d\.\d+$"));
            Assert.That(Runs().Single().GetProperty("finalLoss").GetDouble(), Is.InRange(1, 10));
        });
    }

    [TestCase("1", "8", (384 * 8) + 8)]
    [TestCase("3", "2", (384 * 2) + 2 + (2 * (4 + 2)))]
    public void The_hidden_layers_have_the_depth_and_the_width_that_were_asked_for(string layers, string width, int hidden)
    {
        Assert.That(
            Train("--steps", "2", "--dtype", "float32", "--layers", layers, "--width", width, "--no-plot"), Is.EqualTo(ExitCode.Success));
        // A row of 24 for each symbol at the bottom, and one of the width and a bias at the top.
        int above = Runs().Single().GetProperty("parameters").GetInt32() - hidden;
        int vocabulary = above / (24 + int.Parse(width, CultureInfo.InvariantCulture) + 1);
        Assert.That(above, Is.EqualTo(vocabulary * (24 + int.Parse(width, CultureInfo.InvariantCulture) + 1)));
        Assert.That(vocabulary, Is.InRange(10, 128));
    }

    [TestCase("--steps", "0")]
    [TestCase("--layers", "0")]
    [TestCase("--layers", "1001")]
    [TestCase("--width", "0")]
    [TestCase("--width", "46341")]
    [TestCase("--text", "/no/such/path")]
    [TestCase("--device", "gpu")]
    [TestCase("--lr", "-1")]
    public void Unusable_input_is_refused(string option, string value) =>
        Assert.That(Train(option, value), Is.EqualTo(ExitCode.UnusableInput));

    [Test]
    public void Kahan_summation_for_float32_is_refused() =>
        Assert.That(Train("--dtype", "float32", "--kahan", "on"), Is.EqualTo(ExitCode.UnusableInput));
}
