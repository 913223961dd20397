using System.Text.Json;
using Optimi.Bench;

namespace Optimi.Tests;

[NonParallelizable]
internal sealed class TrainCommandTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("optimi").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Three_runs_are_summed_up_in_files()
    {
        Assert.That(Train("--steps", "40"), Is.EqualTo(ExitCode.Success));
        JsonElement[] runs = Runs();
        string[] fields =
        [
            "name", "optimizer", "dtype", "kahan", "device", "parameters", "steps", "firstLoss", "finalLoss", "weightBytes",
            "gradientBytes", "stateBytes", "optimizerMsPerStep", "seconds",
        ];
        Assert.Multiple(() =>
        {
            Assert.That(runs.Select(run => run.GetProperty("dtype").GetString()), Is.EqualTo((string[])["float32", "bfloat16", "bfloat16"]));
            Assert.That(runs.Select(run => run.GetProperty("kahan").GetBoolean()), Is.EqualTo((bool[])[false, true, false]));
            foreach (JsonElement run in runs)
            {
                Assert.That(run.EnumerateObject().Select(field => field.Name), Is.EqualTo(fields));
                Assert.That(run.GetProperty("finalLoss").GetDouble(), Is.LessThan(run.GetProperty("firstLoss").GetDouble()));
            }

            Assert.That(File.ReadAllLines(Path.Combine(_folder, "loss.csv")), Has.Length.EqualTo(41));
            Assert.That(File.Exists(Path.Combine(_folder, "loss.png")), Is.EqualTo(LossChart.CanDraw));
        });
    }

    [Test]
    public void The_same_seed_gives_the_same_losses_and_another_seed_others()
    {
        File.WriteAllText(Path.Combine(_folder, "loss.png"), "an earlier training's");
        string[] files = [.. ((string[])["1", "1", "2"]).Select(seed =>
        {
            Train("--steps", "5", "--dtype", "bfloat16", "--kahan", "on", "--no-plot", "--seed", seed);
            return File.ReadAllText(Path.Combine(_folder, "loss.csv"));
        })];
        Assert.Multiple(() =>
        {
            Assert.That(files[1], Is.EqualTo(files[0]));
            Assert.That(files[2], Is.Not.EqualTo(files[0]));
            Assert.That(File.Exists(Path.Combine(_folder, "loss.png")), Is.False);
        });
    }

    [TestCase("sgd")]
    [TestCase("adam")]
    public void Other_optimizers_train_too(string optimizer)
    {
        Assert.That(Train("--steps", "60", "--dtype", "float32", "--optimizer", optimizer, "--no-plot"), Is.EqualTo(ExitCode.Success));
        JsonElement run = Runs().Single();
        Assert.That(run.GetProperty("finalLoss").GetDouble(), Is.LessThan(run.GetProperty("firstLoss").GetDouble()));
    }

    [TestCase("--steps", "0")]
    [TestCase("--text", "/no/such/path")]
    [TestCase("--device", "gpu")]
    [TestCase("--lr", "-1")]
    public void Unusable_input_is_refused(string option, string value) =>
        Assert.That(Train(option, value), Is.EqualTo(ExitCode.UnusableInput));

    [Test]
    public void Kahan_summation_for_float32_is_refused() =>
        Assert.That(Train("--dtype", "float32", "--kahan", "on"), Is.EqualTo(ExitCode.UnusableInput));

    /// <summary>Trains on a text that every machine has.</summary>
    private int Train(params string[] arguments)
    {
        string text = Path.Combine(_folder, "text.md");
        File.WriteAllText(text, string.Concat(Enumerable.Range(0, 400).Select(i => $"Line {i} says that {i} times {i} is {i * i}.\n")));
        string[] input = arguments.Contains("--text") ? [] : ["--text", text];
        return TrainCommand.Create().Parse([.. arguments, .. input, "--out", _folder]).Invoke();
    }

    private JsonElement[] Runs()
    {
        using JsonDocument summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "summary.json")));
        return [.. summary.RootElement.GetProperty("runs").EnumerateArray().Select(run => run.Clone())];
    }
}
