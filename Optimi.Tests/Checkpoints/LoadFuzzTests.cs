using System.Diagnostics;
using System.Text;

namespace Optimi.Tests;

/// <summary>Whatever happens to a checkpoint, it is loaded or refused with one of two errors, soon, and with little memory.</summary>
internal sealed class LoadFuzzTests
{
    private const long MostBytes = 64 << 20;

    [Test]
    public void A_mutated_checkpoint_is_loaded_or_refused() => Fuzz(seed: 3, mutations: 2_000, isLowBit: false);

    [Test]
    public void A_mutated_checkpoint_in_few_bits_is_loaded_or_refused() => Fuzz(seed: 5, mutations: 2_000, isLowBit: true);

    [Test]
    [Explicit("It takes half a minute.")]
    [Category("Long")]
    public void Many_mutated_checkpoints_are_loaded_or_refused([Values] bool isLowBit) => Fuzz(seed: 4, mutations: 10_000, isLowBit);

    private static void Fuzz(int seed, int mutations, bool isLowBit)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        var kind = new AdamWOptions { Lr = 0.01, DecoupleLr = true, CompressedStates = isLowBit, MasterWeightBits = isLowBit ? 24 : null };
        using var training = new SavedTraining(device, DType.BFloat16, parameters => new AdamW(parameters, kind));
        training.Optimizer.AverageDecay = 0.9;
        training.Optimizer.Scaler = new GradientScaler();
        var schedule = new SequentialLR(
            training.Optimizer,
            [new LinearLR(training.Optimizer, totalIters: 2), new CosineAnnealingLR(training.Optimizer, tMax: 5)],
            milestones: [2]);
        training.Run(0, 3);
        schedule.Step();
        var state = new TrainingState(training.Optimizer, schedule);
        using var stream = new MemoryStream();
        Checkpoint.Save(stream, state);
        byte[] whole = stream.ToArray();
        CheckpointLoadOptions[] options =
        [
            new(),
            new() { Strict = false, Conversions = CheckpointConversions.All, Convention = StateConvention.PyTorch, StepCount = 3 },
        ];
        var random = new Random(seed);
        var outcomes = new Dictionary<string, int>();
        for (int i = 0; i < mutations; i++)
        {
            byte[] mutated = random.Next(4) == 0 ? SafetensorsMutations.Mutate(random, whole) : Edit(random, whole);
            long before = GC.GetTotalAllocatedBytes();
            var watch = Stopwatch.StartNew();
            string outcome = Load(mutated, state, options[i % 2]);
            Assert.That(watch.Elapsed.TotalSeconds, Is.LessThan(1), $"mutation {i}");
            Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(MostBytes), $"mutation {i}");
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        TestContext.Out.WriteLine(string.Join(", ", outcomes.Select(outcome => $"{outcome.Key}: {outcome.Value}")));
        Assert.That(outcomes.Keys, Has.Count.EqualTo(3));
        // What was refused half-way, or loaded wrongly, would not end with these bits.
        using (var again = new MemoryStream(whole))
            Checkpoint.Load(again, state);
    }

    /// <summary>A whole file, with a right checksum, of something else: other tensors, or another description.</summary>
    private static byte[] Edit(Random random, byte[] whole)
    {
        PlainSafetensors file = PlainSafetensors.Read(whole);
        string name = file.Tensors.Keys.ElementAt(random.Next(file.Tensors.Count));
        PlainTensor tensor = file.Tensors[name];
        switch (random.Next(8))
        {
            case 0:
                file.Tensors.Remove(name);
                break;
            case 1:
                file.Add(name + ".exp_avg", tensor.DType, tensor.Shape, tensor.Bytes);
                break;
            case 2:
                file.Tensors[name] = tensor with { Shape = [.. tensor.Shape, 1] };
                break;
            case 3:
                file.Tensors[name] = new PlainTensor("U8", [tensor.Bytes.Length], tensor.Bytes);
                break;
            case 4:
                byte[] bytes = new byte[tensor.Bytes.Length];
                random.NextBytes(bytes);
                file.Tensors[name] = tensor with { Bytes = bytes };
                break;
            default:
                byte[] manifest = SafetensorsMutations.Mutate(random, Encoding.UTF8.GetBytes(file.Metadata["optimi"]));
                file.Metadata["optimi"] = Encoding.UTF8.GetString(manifest);
                break;
        }

        return file.WriteWithChecksum();
    }

    private static string Load(byte[] bytes, TrainingState state, CheckpointLoadOptions options)
    {
        using var stream = new MemoryStream(bytes);
        try
        {
            Checkpoint.Load(stream, state, options);
            return "loaded";
        }
        catch (CheckpointFormatException)
        {
            return "malformed";
        }
        catch (CheckpointMismatchException)
        {
            return "mismatched";
        }
    }
}
