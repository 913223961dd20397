using System.Runtime.InteropServices;
using System.Text.Json;

namespace Optimi.Tests;

/// <summary>What a checkpoint of what is stored in few bits has in it, by the tests' own reader.</summary>
internal sealed class LowBitFileTests
{
    private ComputeDevice _device = null!;

    [OneTimeSetUp]
    public void Open() => _device = ComputeDevice.Open("cpu");

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    [TestCase(24, "I8")]
    [TestCase(32, "I16")]
    public void Pairs_and_low_bits_are_there_as_they_are_stored(int bits, string type)
    {
        using SavedTraining training = Training(parameters => new AdamW(
            parameters, new AdamWOptions { Lr = 1e-3, CompressedStates = true, MasterWeightBits = bits, DitherSeed = 7 }));
        PlainSafetensors file = PlainSafetensors.Read(training.Save());
        Assert.Multiple(() =>
        {
            Check(file, "state.layer.3.moments", "U16", [1_000]);
            Check(file, "state.layer.3.moments.headers", "U32", [16, 2]);
            Check(file, "state.layer.0.moments.headers", "U32", [1, 2]);
            Check(file, "state.layer.3.low_bits", type, [1_000]);
            Check(file, "layer.3", "BF16", [1_000]);
            Assert.That(file.Tensors.Keys, Has.None.Contains("exp_avg").And.None.Contains("kahan_comp"));
        });
        CheckParts(training, file);
        JsonElement group = GroupOf(file);
        Assert.Multiple(() =>
        {
            Assert.That(group.GetProperty("state_dtype").GetString(), Is.EqualTo("compressed"));
            Assert.That(group.GetProperty("weight_bits").GetInt32(), Is.EqualTo(bits));
            Assert.That(group.GetProperty("options").GetProperty("dithered").GetBoolean(), Is.True);
            Assert.That(group.GetProperty("options").GetProperty("seed").GetInt32(), Is.EqualTo(7));
        });
    }

    [Test]
    public void Signed_states_are_there_as_they_are_stored()
    {
        using SavedTraining lion = Training(parameters => new Lion(parameters, new LionOptions { Lr = 1e-3, CompressedStates = true }));
        PlainSafetensors file = PlainSafetensors.Read(lion.Save());
        Check(file, "state.layer.3.exp_avg", "I8", [1_000]);
        Check(file, "state.layer.3.exp_avg.headers", "U16", [32]);
        Check(file, "state.layer.3.kahan_comp", "BF16", [1_000]);
        CheckParts(lion, file);
        using SavedTraining adan = Training(parameters => new Adan(parameters, new AdanOptions { Lr = 1e-3, CompressedStates = true }));
        file = PlainSafetensors.Read(adan.Save());
        Check(file, "state.layer.2.exp_avg_diff", "I8", [300]);
        Check(file, "state.layer.2.exp_avg_diff.headers", "U16", [10]);
        Check(file, "state.layer.2.prev_grad", "BF16", [300]);
        CheckParts(adan, file);
    }

    [Test]
    public void For_PyTorch_states_are_raw_float32_averages_and_low_bits_stay()
    {
        using SavedTraining training = Training(parameters => new AdamW(
            parameters, new AdamWOptions { Lr = 1e-3, CompressedStates = true, MasterWeightBits = 24 }));
        PlainSafetensors file = PlainSafetensors.Read(training.Save(StateConvention.PyTorch));
        Check(file, "state.layer.3.exp_avg", "F32", [1_000]);
        Check(file, "state.layer.3.exp_avg_sq", "F32", [1_000]);
        Check(file, "state.layer.3.low_bits", "I8", [1_000]);
        Assert.That(file.Tensors.Keys, Has.None.Contains("moments"));
        float[] average = TestTraining.Numbers(training.Optimizer.State(training.Parameters.Last(), "exp_avg"));
        Assert.That(
            MemoryMarshal.Cast<byte, float>(file.Tensors["state.layer.3.exp_avg"].Bytes).ToArray(),
            Is.EqualTo(average.Select(number => (float)(number * (1 - Math.Pow(0.9, 3))))));
    }

    [Test]
    public void Other_files_say_nothing_of_it()
    {
        using SavedTraining training = Training(parameters => new AdamW(parameters, lr: 1e-3));
        JsonElement group = GroupOf(PlainSafetensors.Read(training.Save()));
        Assert.Multiple(() =>
        {
            Assert.That(group.TryGetProperty("state_dtype", out _), Is.False);
            Assert.That(group.TryGetProperty("weight_bits", out _), Is.False);
            Assert.That(group.GetProperty("options").TryGetProperty("dithered", out _), Is.False);
            Assert.That(group.GetProperty("options").TryGetProperty("seed", out _), Is.False);
        });
    }

    [Test]
    public void A_description_says_how_things_are_stored()
    {
        using SavedTraining training = Training(parameters => new AdamW(
            parameters, new AdamWOptions { Lr = 1e-3, CompressedStates = true, MasterWeightBits = 32, Dithered = false }));
        using var file = new MemoryStream(training.Save());
        CheckpointGroup group = Checkpoint.Describe(file).Groups.Single();
        Assert.Multiple(() =>
        {
            Assert.That(group.CompressedStates, Is.True);
            Assert.That(group.StateDType, Is.Null);
            Assert.That(group.MasterWeightBits, Is.EqualTo(32));
            Assert.That(group.Options["dithered"], Is.EqualTo((double[])[0]));
        });
    }

    private static void Check(PlainSafetensors file, string name, string type, long[] shape)
    {
        Assert.That(file.Tensors.Keys, Has.Member(name));
        Assert.That(file.Tensors[name].DType, Is.EqualTo(type), name);
        Assert.That(file.Tensors[name].Shape, Is.EqualTo(shape), name);
    }

    private static void CheckParts(SavedTraining training, PlainSafetensors file)
    {
        foreach (Parameter parameter in training.Parameters)
        {
            foreach (StoredPart part in training.Optimizer.StoredParts(parameter))
                Assert.That(file.Tensors[$"state.{parameter.Name}.{part.Name}"].Bytes, Is.EqualTo(SavedTraining.Bytes(part)), part.Name);
        }
    }

    private static JsonElement GroupOf(PlainSafetensors file)
    {
        using JsonDocument json = JsonDocument.Parse(file.Metadata["optimi"]);
        return json.RootElement.GetProperty("optimizers")[0].GetProperty("groups")[0].Clone();
    }

    private SavedTraining Training(Func<IEnumerable<Parameter>, Optimizer> create)
    {
        var training = new SavedTraining(_device, DType.BFloat16, create);
        training.Run(1, 3);
        return training;
    }
}
