using System.Text.Json;
using Optimi.Bench;

namespace Optimi.Tests;

/// <summary><c>checkpoint describe</c>.</summary>
[NonParallelizable]
internal sealed class CheckpointDescribeTests : CheckpointCommandFixture
{
    private string Saved { get; set; } = null!;

    [SetUp]
    public void Save()
    {
        Saved = PathOf("run.safetensors");
        using SavedTraining training = new(Device, DType.BFloat16, parameters => new AdamW(parameters, lr: 0.5));
        training.Optimizer.Scaler = new GradientScaler { Scale = 1024 };
        training.Run(0, 3);
        Checkpoint.Save(Saved, new TrainingState(training.Optimizer, new CosineAnnealingLR(training.Optimizer, tMax: 10))
        {
            Metadata = new Dictionary<string, string> { ["note"] = $"[markup]\n{new string('a', 100)}" },
        });
    }

    [Test]
    public void It_lists_what_a_file_holds()
    {
        Assert.That(Run("describe", Saved), Is.EqualTo(ExitCode.Success));
        Assert.Multiple(() =>
        {
            Assert.That(Output.Out, Does.Contain($"{Saved}, ").And.Contain("Optimi (version 1)").And.Match("convention: +Optimi"));
            Assert.That(Output.Out, Does.Match("parameters: +4 of 1,308 numbers").And.Match("states: +12\n"));
            Assert.That(Output.Out, Does.Match("group: +4 parameters of AdamW, lr 0.5, betas 0.9/0.99"));
            Assert.That(Output.Out, Does.Match(@"steps: +1\.\.3").And.Match("schedules: +CosineAnnealingLR").And.Match("loss scale: +1024"));
            Assert.That(Output.Out, Does.Match(@"metadata: +note = \[markup\] a+\.\.\. \(109 characters\)"));
            Assert.That(Output.Out, Does.Match("checksum: +yes").And.Not.Contain("__checksum__"));
            Assert.That(Output.Out, Does.Match(@"state\.layer\.3\.exp_avg +│ BF16 │ \[1000\] │ 2,000"));
        });
    }

    [Test]
    public void It_says_how_states_and_weights_are_stored()
    {
        using SavedTraining training = new(Device, DType.BFloat16, parameters => new AdamW(
            parameters, new AdamWOptions { Lr = 0.5, CompressedStates = true, MasterWeightBits = 24, DitherSeed = 9 }));
        training.Run(1, 1);
        string path = PathOf("low.safetensors");
        Checkpoint.Save(path, training.State);
        Assert.That(Run("describe", path), Is.EqualTo(ExitCode.Success));
        Assert.Multiple(() =>
        {
            Assert.That(Output.Out, Does.Match("group: .*, dithered 1, seed 9, .*, states compressed, weights of 24 bits"));
            // Moments and low bits; headers are a part of moments.
            Assert.That(Output.Out, Does.Match("states: +8\n").And.Match(@"state\.layer\.3\.moments\.headers +│ U32 +│ \[16, 2\]"));
        });
        Assert.That(Run("describe", path, "--json"), Is.EqualTo(ExitCode.Success));
        Assert.That(Output.Out, Does.Contain("\"compressedStates\": true").And.Contain("\"masterWeightBits\": 24"));
    }

    [Test]
    public void It_prints_JSON()
    {
        Assert.That(Run("describe", Saved, "--json", "--verify"), Is.EqualTo(ExitCode.Success));
        using JsonDocument json = JsonDocument.Parse(Output.Out);
        JsonElement root = json.RootElement;
        Assert.Multiple(() =>
        {
            Assert.That(root.GetProperty("optimizers")[0].GetString(), Is.EqualTo("AdamW"));
            Assert.That(root.GetProperty("groups")[0].GetProperty("lr").GetDouble(), Is.EqualTo(0.5));
            Assert.That(root.GetProperty("mostSteps").GetInt64(), Is.EqualTo(3));
            Assert.That(root.GetProperty("isVerified").GetBoolean(), Is.True);
            Assert.That(root.GetProperty("tensors").EnumerateArray().Select(tensor => tensor.GetProperty("name").GetString()), Has.Member("layer.0"));
        });
    }

    [Test]
    public void A_damaged_file_is_found_when_it_is_verified()
    {
        Assert.That(Run("describe", Saved, "--verify"), Is.EqualTo(ExitCode.Success));
        Assert.That(Output.Out, Does.Contain("yes, and it is right"));
        byte[] bytes = File.ReadAllBytes(Saved);
        bytes[^50] ^= 1;
        File.WriteAllBytes(Saved, bytes);
        Assert.That(Run("describe", Saved), Is.EqualTo(ExitCode.Success));
        Assert.That(Run("describe", Saved, "--verify"), Is.EqualTo(ExitCode.UnusableInput));
        Assert.That(Output.Error, Does.Contain("is damaged"));
        Assert.That(() => Checkpoint.Verify(Saved), Throws.TypeOf<CheckpointFormatException>());
    }

    [Test]
    public void A_file_of_PyTorch_is_described_too()
    {
        Assert.That(Run("describe", OfTorch("adamw.pth"), "--verify"), Is.EqualTo(ExitCode.Success));
        Assert.That(Output.Out, Does.Match("written by: +others").And.Match("checksum: +none").And.Match("convention: +not said"));
        Assert.That(Output.Out, Does.Match("states: +4\n").And.Match("steps: +1\n").And.Contain("optimizer.state.0.exp_avg"));
    }

    [Test]
    public void A_file_that_is_not_there_is_refused()
    {
        Assert.That(Run("describe", PathOf("missing")), Is.EqualTo(ExitCode.UnusableInput));
        Assert.That(Output.Error, Does.Contain("cannot be read"));
    }
}
