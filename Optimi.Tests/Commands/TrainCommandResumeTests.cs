using System.Diagnostics;
using System.Text.Json;
using Optimi.Bench;

namespace Optimi.Tests;

/// <summary><c>train</c> saves checkpoints, and goes on from them as if it had never ended.</summary>
[NonParallelizable]
internal sealed class TrainCommandResumeTests : TrainCommandFixture
{
    private const string SavedAt = "00000004";

    [TestCase("bf16-kahan", "--dtype", "bfloat16", "--kahan", "on", "--ema", "0.9", "--clip", "0.5")]
    [TestCase("fp16", "--dtype", "float16", "--kahan", "off", "--loss-scale", "auto", "--schedule", "onecycle")]
    [TestCase("fp16", "--dtype", "float16", "--kahan", "off", "--loss-scale", "1e20", "--optimizer", "sgd")]
    [TestCase("float32", "--dtype", "float32", "--gradient-release", "--clip", "0.5", "--schedule", "wsd")]
    [TestCase("bf16-kahan", "--dtype", "bfloat16", "--kahan", "on", "--accumulate", "3", "--schedule", "linear")]
    [TestCase("bf16", "--dtype", "bfloat16", "--kahan", "off", "--accumulate", "3", "--gradient-release", "--optimizer", "lion")]
    [TestCase("bf16-kahan", "--dtype", "bfloat16", "--kahan", "on", "--optimizer", "ranger")]
    [TestCase("fp16-kahan", "--dtype", "float16", "--kahan", "on", "--optimizer", "adan", "--ema", "0.5", "--schedule", "constant")]
    public void A_resumed_training_ends_as_an_unbroken_one(string name, params string[] more)
    {
        Assert.That(TrainShort(more), Is.EqualTo(ExitCode.Success));
        (JsonElement unbroken, string losses) = (Runs().Single(), Losses());
        Assert.That(TrainShort(["--save-every", "4", .. more]), Is.EqualTo(ExitCode.Success));
        JsonElement saving = Runs().Single();
        Assert.That(TrainShort(["--resume", PathOf($"{name}-{SavedAt}"), .. more]), Is.EqualTo(ExitCode.Success));
        JsonElement resumed = Runs().Single();
        Assert.Multiple(() =>
        {
            foreach (string field in (string[])["weightsSha256", "steps", "firstLoss", "finalLoss", "skippedSteps", "stateBytes"])
            {
                Assert.That(saving.GetProperty(field).ToString(), Is.EqualTo(unbroken.GetProperty(field).ToString()));
                Assert.That(resumed.GetProperty(field).ToString(), Is.EqualTo(unbroken.GetProperty(field).ToString()));
            }

            foreach (string field in (string[])["averagedLoss", "lossScale"])
                Assert.That(Optional(resumed, field), Is.EqualTo(Optional(unbroken, field)));
            Assert.That(Losses(), Is.EqualTo(losses));
            Assert.That(resumed.GetProperty("seconds").GetDouble(), Is.GreaterThan(0));
            Assert.That(
                Directory.EnumerateFiles(Folder, "*.safetensors").Select(Path.GetFileName),
                Is.EquivalentTo((string[])[$"{name}-{SavedAt}.safetensors", $"{name}-00000008.safetensors"]));
        });
    }

    [Test]
    public void A_resumed_training_saves_checkpoints_from_which_it_can_be_resumed_again()
    {
        string[] float32 = ["--dtype", "float32"];
        TrainShort(float32);
        string? unbroken = Hash();
        TrainShort(["--save-every", "4", .. float32]);
        File.Delete(PathOf("float32-00000008"));
        TrainShort(["--save-every", "4", "--resume", PathOf($"float32-{SavedAt}"), .. float32]);
        Assert.That(Hash(), Is.EqualTo(unbroken));
        Assert.That(TrainShort(["--resume", PathOf("float32-00000008"), .. float32]), Is.EqualTo(ExitCode.Success));
        Assert.That(Hash(), Is.EqualTo(unbroken));
        Assert.That(Losses().Split('\n'), Has.Length.EqualTo(1 + 10 + 1));
    }

    [TestCase("cpu-simulated")]
    [TestCase("opencl")]
    public void A_training_is_resumed_on_another_device(string device)
    {
        if (device == "opencl")
            _ = TestDevice.All.Single(row => row.Name == device).Shared;
        string[] options = ["--dtype", "bfloat16", "--kahan", "on"];
        TrainShort(options);
        JsonElement unbroken = Runs().Single();
        string[] losses = Losses().Split('\n');
        TrainShort(["--save-every", "4", .. options]);
        Assert.That(
            TrainShort(["--device", device, "--resume", PathOf($"bf16-kahan-{SavedAt}"), .. options]), Is.EqualTo(ExitCode.Success));
        JsonElement resumed = Runs().Single();
        Assert.That(Losses().Split('\n')[..5], Is.EqualTo(losses[..5]));
        Assert.That(
            resumed.GetProperty("finalLoss").GetDouble(), Is.EqualTo(unbroken.GetProperty("finalLoss").GetDouble()).Within(0.01));
        // On the host the model is the same; on a device sums have another order.
        if (device == "cpu-simulated")
            Assert.That(Hash(), Is.EqualTo(unbroken.GetProperty("weightsSha256").GetString()));
    }

    [TestCase("--save-every")]
    [TestCase("--resume")]
    public void Several_runs_are_refused_before_anything_is_written(string option)
    {
        Assert.That(Train("--dtype", "bfloat16", option, "4"), Is.EqualTo(ExitCode.UnusableInput));
        Assert.That(Output.Error, Does.Contain($"{option} needs a single run, but there are 2; name it by --dtype, --kahan, --states and --weights."));
        Assert.That(Directory.EnumerateFiles(Folder).Select(Path.GetFileName), Is.EqualTo((string[])["text.md"]));
    }

    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("1,000")]
    public void A_number_of_steps_that_there_is_not_is_refused(string steps)
    {
        Assert.That(Train("--dtype", "float32", "--save-every", steps), Is.EqualTo(ExitCode.UnusableInput));
        Assert.That(Output.Error, Does.Contain($"--save-every is '{steps}', but it must be a whole number from 1"));
    }

    [TestCase("--lr", "0.5", "--lr 0.001, but now it is 0.5")]
    [TestCase("--optimizer", "adam", "--optimizer adamw, but now it is adam")]
    [TestCase("--dtype", "float32", "--dtype bfloat16, but now it is float32")]
    [TestCase("--kahan", "off", "--kahan on, but now it is off")]
    [TestCase("--steps", "20", "--steps 10, but now it is 20")]
    [TestCase("--schedule", "wsd", "--schedule cosine, but now it is wsd")]
    [TestCase("--seed", "-2", "--seed 1, but now it is -2")]
    [TestCase("--layers", "2", "--layers 1, but now it is 2")]
    [TestCase("--width", "9", "--width 8, but now it is 9")]
    [TestCase("--accumulate", "2", "--accumulate 1, but now it is 2")]
    [TestCase("--ema", "0.9", "--ema off, but now it is 0.9")]
    [TestCase("--clip", "1.5", "--clip off, but now it is 1.5")]
    [TestCase("--loss-scale", "auto", "--loss-scale off, but now it is auto")]
    [TestCase("--gradient-release", null, "--gradient-release off, but now it is on")]
    [TestCase("--text", "other.md", "--text of SHA-256 ")]
    public void Another_option_is_refused_by_name(string option, string? value, string expected)
    {
        var options = new Dictionary<string, string?>
        {
            ["--dtype"] = "bfloat16",
            ["--kahan"] = "on",
            ["--steps"] = "10",
            ["--layers"] = "1",
            ["--width"] = "8",
        };
        Train(["--no-plot", "--save-every", "10", .. Arguments(options)]);
        options[option] = value;
        if (option == "--text")
            File.WriteAllText(options[option] = Path.Combine(Folder, value!), new string('a', 2000));
        if (option == "--dtype")
            options.Remove("--kahan");
        Assert.That(Train(["--resume", PathOf("bf16-kahan-00000010"), .. Arguments(options)]), Is.EqualTo(ExitCode.UnusableInput));
        Assert.That(Output.Error, Does.Contain($"was saved with {expected}"));
    }

    [Test]
    public void A_checkpoint_of_something_else_is_refused()
    {
        string path = PathOf("other");
        using (var device = ComputeDevice.Open("cpu"))
        using (var parameters = new ParameterBuffer(device))
        {
            parameters.Add("p", DType.Float32, 3);
            Checkpoint.Save(path, new TrainingState(parameters));
        }

        Assert.That(TrainShort("--dtype", "float32", "--resume", path), Is.EqualTo(ExitCode.UnusableInput));
        Assert.That(Output.Error, Does.Contain($"'{path}' is no checkpoint that train saved"));
    }

    [TestCase("missing")]
    [TestCase("damaged")]
    [TestCase("cut")]
    public void A_file_that_cannot_be_read_is_refused(string what)
    {
        string path = PathOf($"float32-{SavedAt}");
        if (what != "missing")
        {
            TrainShort("--dtype", "float32", "--save-every", "4");
            byte[] bytes = File.ReadAllBytes(path);
            bytes[^100]++;
            File.WriteAllBytes(path, what == "cut" ? bytes[..100] : bytes);
        }

        Assert.That(TrainShort("--dtype", "float32", "--resume", path), Is.EqualTo(ExitCode.UnusableInput));
        Assert.That(Output.Error, Does.Contain(path).And.Contain(what switch
        {
            "missing" => "cannot be read",
            "damaged" => "is damaged",
            _ => "cut short",
        }));
    }

    [Test]
    public void A_training_is_resumed_by_another_process()
    {
        string text = Path.Combine(Folder, "text.md");
        File.WriteAllText(text, string.Concat(Enumerable.Range(0, 100).Select(i => $"Line {i} of the text.\n")));
        string[] options =
        [
            "train", "--text", text, "--out", Folder, "--no-plot", "--steps", "6", "--layers", "1", "--width", "8", "--dtype", "bfloat16",
            "--kahan", "on", "--clip", "1",
        ];
        Run([.. options, "--save-every", "2"]);
        string? unbroken = Hash();
        File.Delete(Path.Combine(Folder, "summary.json"));
        string output = Run([.. options, "--resume", PathOf("bf16-kahan-00000002")]);
        Assert.That(Hash(), Is.EqualTo(unbroken));
        Assert.That(output, Does.Contain("step 3 of 6").And.Contain("step 6 of 6").And.Not.Contain("step 2 of 6"));
    }

    private static string Run(string[] arguments) =>
        TestProcess.Run(new ProcessStartInfo("dotnet", [typeof(TrainCommand).Assembly.Location, .. arguments]));

    private static IEnumerable<string> Arguments(Dictionary<string, string?> options) =>
        options.SelectMany(option => option.Value is null ? [option.Key] : (string[])[option.Key, option.Value]);

    private static string? Optional(JsonElement run, string field) => run.TryGetProperty(field, out JsonElement value) ? value.ToString() : null;

    private int TrainShort(params string[] more) => Train(["--steps", "10", "--layers", "1", "--width", "8", "--no-plot", .. more]);

    private string? Hash() => Runs().Single().GetProperty("weightsSha256").GetString();

    private string Losses() => File.ReadAllText(Path.Combine(Folder, "loss.csv"));

    private string PathOf(string name) => Path.Combine(Folder, $"{name}.safetensors");
}
