namespace Optimi.Bench;

/// <summary>Tensors without memory for gradients, stepped part by part from gradients in a framework's memory. Each tensor's gradient has a
/// place of its own, so that a step finds as little of it in a cache as a step over all does.</summary>
internal sealed class ReleaseWay : Way
{
    /// <summary>A line of the cache.</summary>
    private const int Alignment = 64;

    private readonly Parameter[] _parameters;
    private readonly FrameworkTensors _gradients;
    private readonly (Parameter, TensorView)[][] _parts;

    /// <param name="device">The device.</param>
    /// <param name="variant">The optimizer and the storage.</param>
    /// <param name="shapes">The tensors.</param>
    /// <param name="partsOf">Cuts all tensors into what is stepped together.</param>
    public ReleaseWay(
        ComputeDevice device,
        Variant variant,
        IReadOnlyList<int[]> shapes,
        Func<(Parameter, TensorView)[], IEnumerable<(Parameter, TensorView)[]>> partsOf)
        : base(device, variant, new ParameterBuffer(device, GradientMemory.None))
    {
        _parameters = [.. shapes.Select((shape, i) => Buffer.Add($"{i}", variant.Storage.DType, shape))];
        int[] lengths = [.. _parameters.Select(parameter => (int)parameter.Length)];
        _gradients = new FrameworkTensors(device, variant.Storage.DType, lengths, Alignment, PageKind.Huge, place: 1);
        WithGradients(() => TestData.Start(_parameters));
        // The last layer's gradients are ready first.
        _parts = [.. partsOf([.. _parameters.Zip(_gradients.Views)]).Reverse()];
        Optimizer = variant.Optimizer.Create([new ParameterGroup(_parameters, Workload.OptionsOf(variant, group: 0))]);
        Optimizer.PrepareAsync().GetAwaiter().GetResult();
    }

    public override int CallsPerStep => _parts.Length;

    public override Optimizer Optimizer { get; }

    public override void HalveGradients() => WithGradients(() => TestData.HalveGradients(_parameters));

    public override void Dispose()
    {
        base.Dispose();
        _gradients.Dispose();
    }

    protected override void StepOnce()
    {
        foreach ((Parameter, TensorView)[] part in _parts)
            Optimizer.Step(part);
    }

    /// <summary>Writes gradients through their parameters, which have them only meanwhile.</summary>
    private void WithGradients(Action write)
    {
        foreach ((Parameter parameter, TensorView gradient) in _parameters.Zip(_gradients.Views))
            parameter.BindGradient(gradient);
        write();
        foreach (Parameter parameter in _parameters)
            parameter.UnbindGradient();
    }
}
