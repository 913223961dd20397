using System.Text.Json;
using Optimi.Bench;

namespace Optimi.Tests;

/// <summary>How <c>train</c> stores parameters and states when it is told.</summary>
[NonParallelizable]
internal sealed class TrainCommandStorageTests : TrainCommandFixture
{
    /// <summary>A run each: its type, whether there is a compensation, its states and the bits of its weights; and how much memory its
    /// states and the rest of its weights take by that of its values.</summary>
    private static IEnumerable<TestCaseData> Options =>
    [
        Row(["--states", "compressed", "--weights", "24"], 3.125 / 2, "bfloat16 False compressed 24"),
        Row(["--states", "compressed", "--weights", "16"], 2.125 / 2, "bfloat16 False compressed 16"),
        Row(["--weights", "32", "--kahan", "off"], 6.0 / 2, "bfloat16 False parameter 32"),
        Row(["--states", "float32", "--weights", "32", "--dtype", "bfloat16"], 10.0 / 2, "bfloat16 False float32 32"),
        Row(["--states", "float32", "--dtype", "bfloat16", "--kahan", "on"], 10.0 / 2, "bfloat16 True float32 "),
        Row(["--states", "parameter", "--dtype", "float32"], 8.0 / 4, "float32 False parameter "),
        Row(["--states", "compressed", "--dtype", "float32"], 2.125 / 4, "float32 False compressed "),
        Row(["--states", "compressed", "--dtype", "float16", "--kahan", "off"], 2.125 / 2, "float16 False compressed "),
    ];

    [TestCaseSource(nameof(Options))]
    public void Options_mean_what_they_say(string[] arguments, double ratio, string run)
    {
        Assert.That(Train(["--steps", "40", "--no-plot", .. arguments]), Is.EqualTo(ExitCode.Success), Output.Error);
        JsonElement result = Runs().Single();
        Assert.Multiple(() =>
        {
            Assert.That(TextOf(result), Is.EqualTo(run));
            Assert.That(
                (double)result.GetProperty("stateBytes").GetInt64() / result.GetProperty("weightBytes").GetInt64(),
                Is.EqualTo(ratio));
            Assert.That(result.GetProperty("finalLoss").GetDouble(), Is.LessThan(result.GetProperty("firstLoss").GetDouble()));
        });
    }

    [Test]
    public void Compressed_states_alone_go_with_every_type_that_is_trained()
    {
        Assert.That(Train("--steps", "2", "--no-plot", "--states", "compressed"), Is.EqualTo(ExitCode.Success));
        string[] runs = ["float32 False compressed ", "bfloat16 True compressed ", "bfloat16 False compressed "];
        Assert.That(Runs().Select(TextOf), Is.EqualTo(runs));
    }

    /// <summary>The model sees the upper half of such weights, so that it takes the way of float32 ones only as far as rounding lets it;
    /// the weights themselves are float32.</summary>
    [Test]
    public void Weights_of_32_bits_train_as_float32_ones_do()
    {
        double[] losses = [.. ((string[][])[["--dtype", "float32"], ["--weights", "32", "--states", "float32"]]).Select(options =>
        {
            Assert.That(Train(["--steps", "300", "--no-plot", "--width", "32", .. options]), Is.EqualTo(ExitCode.Success));
            return Runs().Single().GetProperty("finalLoss").GetDouble();
        })];
        Assert.That(losses[1], Is.EqualTo(losses[0]).Within(2).Percent);
    }

    [TestCase("--weights is 24, but --dtype is float32", "--weights", "24", "--dtype", "float32")]
    [TestCase("--weights is 16, but --dtype is float16", "--weights", "16", "--dtype", "float16")]
    [TestCase("--weights is 32, but --kahan is on", "--weights", "32", "--kahan", "on")]
    public void Nonsense_is_refused_before_anything_is_trained(string message, params string[] arguments)
    {
        string folder = Path.Combine(Folder, "results");
        Assert.That(TrainCommand.Create().Parse([.. arguments, "--out", folder]).Invoke(), Is.EqualTo(ExitCode.UnusableInput));
        Assert.Multiple(() =>
        {
            Assert.That(Output.Error, Does.StartWith(message).And.Contain("leave one of them out"));
            Assert.That(Directory.Exists(folder), Is.False);
        });
    }

    [TestCase("--weights", "20")]
    [TestCase("--states", "int8")]
    public void Values_that_there_are_not_are_refused(string option, string value) =>
        Assert.That(TrainCommand.Create().Parse([option, value, "--out", Folder]).Invoke(), Is.Not.Zero);

    private static TestCaseData Row(string[] arguments, double ratio, string run) =>
        new TestCaseData(arguments, ratio, run).SetArgDisplayNames(string.Join(' ', arguments));

    private static string TextOf(JsonElement run) =>
        $"{run.GetProperty("dtype")} {run.GetProperty("kahan").GetBoolean()} {run.GetProperty("states")} {run.GetProperty("weightBits")}";
}
