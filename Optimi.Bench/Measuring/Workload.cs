namespace Optimi.Bench;

/// <summary>The parameters of a scenario on a device, with gradients, and the optimizer that steps them.</summary>
internal sealed class Workload : IWorkload
{
    /// <summary>The first group's; each further group has as much more.</summary>
    private const double Lr = 2e-3;

    private readonly ParameterBuffer _buffer;

    /// <param name="device">The device.</param>
    /// <param name="variant">The optimizer and the storage.</param>
    /// <param name="shapes">The tensors.</param>
    /// <param name="groups">How many groups they are dealt out to.</param>
    /// <param name="isLoop">Whether steps do what training loops do around them.</param>
    /// <param name="firstGroup">The number of the first group among those of another workload.</param>
    public Workload(
        ComputeDevice device, Variant variant, IReadOnlyList<int[]> shapes, int groups, bool isLoop = false, int firstGroup = 0)
    {
        Device = device;
        Variant = variant;
        _buffer = new ParameterBuffer(device);
        Parameters = [.. shapes.Select((shape, i) => _buffer.Add($"{i}", variant.Storage.DType, shape))];
        Groups = [.. Parameters.Index().GroupBy(item => item.Index % groups, item => item.Item).Select(group => new ParameterGroup(
            group, OptionsOf(variant, firstGroup + group.Key)))];
        MemoryPlan = MemoryPlan.For(Groups);
        Optimizer = variant.Optimizer.Create(Groups);
        if (isLoop)
            BeginLoop();
        Length = Parameters.Sum(parameter => parameter.Length);
        TestData.Start(Parameters);
        Traffic = Traffic.Of(Optimizer, Parameters[0], variant.Optimizer.Passes);
        // No step is timed while a compiler is at work, nor with kernels that later steps do without.
        Optimizer.PrepareAsync().GetAwaiter().GetResult();
    }

    public ComputeDevice Device { get; }

    public Variant Variant { get; }

    public IReadOnlyList<Parameter> Parameters { get; }

    public IReadOnlyList<ParameterGroup> Groups { get; }

    public Optimizer Optimizer { get; }

    /// <summary>How many numbers all parameters have.</summary>
    public long Length { get; }

    /// <summary>What a step must move.</summary>
    public Traffic Traffic { get; }

    /// <summary>The memory that it takes, as planned before it was allocated.</summary>
    public MemoryPlan MemoryPlan { get; }

    /// <summary>Memory of values, gradients and states.</summary>
    public long MemoryBytes => _buffer.ValueBytes + _buffer.GradientBytes + Optimizer.StateBytes;

    /// <summary>The options of a group by its number.</summary>
    public static OptimizerOptions OptionsOf(Variant variant, int group) =>
        variant.Storage.Of(variant.Optimizer.Options with { Lr = Lr * (1 + group) });

    public void HalveGradients() => TestData.HalveGradients(Parameters);

    /// <summary>Steps a number of times and waits for the last.</summary>
    public void Step(int times)
    {
        for (int i = 0; i < times; i++)
            Optimizer.Step();
        Device.Synchronize();
    }

    /// <summary>Lets steps do what training loops do around them, so that the results are those without.</summary>
    private void BeginLoop()
    {
        Optimizer.MaxNorm = float.MaxValue;
        Optimizer.Scaler = GradientScaler.Fixed(1);
        Optimizer.AverageDecay = 0.999;
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        _buffer.Dispose();
    }
}
