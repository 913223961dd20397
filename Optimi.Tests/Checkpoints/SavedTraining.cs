using Optimi.Bench;

namespace Optimi.Tests;

/// <summary>A training that can be saved after some steps and go on elsewhere: parameters of several lengths, gradients from a seed.</summary>
internal sealed class SavedTraining : IDisposable
{
    private static readonly int[] _lengths = [1, 7, 300, 1_000];

    private readonly ParameterBuffer _buffer;
    private ReplayedModel? _model;

    /// <param name="device">The device.</param>
    /// <param name="dtype">How parameters are stored.</param>
    /// <param name="create">Makes the optimizer.</param>
    public SavedTraining(ComputeDevice device, DType dtype, Func<IEnumerable<Parameter>, Optimizer> create)
    {
        _buffer = new ParameterBuffer(device);
        var random = new Random(1);
        foreach ((int i, int length) in _lengths.Index())
            _buffer.Add($"layer.{i}", dtype, length).Value.CopyFrom(Numbers(random, length));
        Optimizer = create(_buffer);
        // Else few steps would use the lean kernels, which are compiled beside them.
        Optimizer.PrepareAsync().GetAwaiter().GetResult();
    }

    public Optimizer Optimizer { get; }

    public ParameterBuffer Parameters => _buffer;

    public TrainingState State => new(Optimizer);

    /// <summary>Makes steps whose gradients depend on nothing but their numbers.</summary>
    /// <param name="firstStep">The number of the first.</param>
    /// <param name="count">How many.</param>
    /// <param name="spoils">Whether their gradients are not finite.</param>
    public void Run(int firstStep, int count, bool spoils = false)
    {
        for (int step = firstStep; step < firstStep + count; step++)
        {
            var random = new Random(100 + step);
            foreach ((int i, Parameter parameter) in _buffer.Index())
            {
                float[] gradient = Numbers(random, (int)parameter.Length);
                // One parameter has other counters than the rest.
                if (i == 1 && step % 2 == 0)
                    parameter.HasGradient = false;
                else
                    parameter.Gradient.CopyFrom(gradient);
                if (spoils)
                    parameter.Gradient.Fill(float.NaN);
            }

            Optimizer.Step();
        }
    }

    /// <summary>Lets a model step parameters one after the other from now on.</summary>
    public void Release()
    {
        Optimizer.GradientRelease = true;
        _model = new ReplayedModel();
        GradientRelease.Prepare(_model, Optimizer);
    }

    /// <summary>Makes a step of one parameter after the other, whose norm clips the next step.</summary>
    public void RunReleased(int step)
    {
        var random = new Random(100 + step);
        foreach (Parameter parameter in _buffer)
            _model!.Release(parameter, Numbers(random, (int)parameter.Length));
        Optimizer.Step();
    }

    /// <summary>All bits that there are: values, states, what is stored in few bits, counters.</summary>
    public uint[] Bits() =>
    [
        .. _buffer.SelectMany(parameter => TestTraining.Bits(parameter.Value)),
        .. _buffer.SelectMany(parameter => Optimizer.StateNames(parameter).SelectMany(
            name => TestTraining.Bits(Optimizer.State(parameter, name)))),
        .. _buffer.SelectMany(parameter => Optimizer.StoredParts(parameter).SelectMany(part => Bytes(part).Select(code => (uint)code))),
        .. _buffer.Select(parameter => (uint)Optimizer.StepCount(parameter)),
    ];

    /// <summary>All bytes of what is stored in few bits.</summary>
    public static byte[] Bytes(StoredPart part)
    {
        var bytes = new byte[part.Bytes];
        part.CopyTo(bytes);
        return bytes;
    }

    /// <summary>The training's checkpoint.</summary>
    public byte[] Save(StateConvention convention = StateConvention.Optimi)
    {
        using var file = new MemoryStream();
        Checkpoint.Save(file, State, new CheckpointSaveOptions { Convention = convention });
        return file.ToArray();
    }

    /// <summary>Loads a checkpoint.</summary>
    public CheckpointInfo Load(byte[] file, CheckpointConversions conversions = CheckpointConversions.None)
    {
        using var stream = new MemoryStream(file);
        return Checkpoint.Load(stream, State, new CheckpointLoadOptions { Conversions = conversions });
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        _buffer.Dispose();
    }

    private static float[] Numbers(Random random, int length) =>
        [.. Enumerable.Range(0, length).Select(_ => (float)((2 * random.NextDouble()) - 1))];
}
