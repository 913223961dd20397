namespace Optimi.Bench;

/// <summary>Tensors whose values and gradients lie in a framework's memory. With several sets of gradients every step binds the next
/// one's, tensor by tensor.</summary>
internal sealed class AdoptedWay : Way
{
    private readonly FrameworkTensors _values;
    private readonly FrameworkTensors[] _gradients;
    private readonly Parameter[] _parameters;
    private int _bound;

    /// <param name="device">The device.</param>
    /// <param name="variant">The optimizer and the storage.</param>
    /// <param name="lengths">How many numbers each tensor has.</param>
    /// <param name="alignment">What the first byte of each tensor is a multiple of; null for no more than a number must be.</param>
    /// <param name="pages">The pages that host memory lies on.</param>
    /// <param name="sets">How many sets of gradients there are.</param>
    public AdoptedWay(
        ComputeDevice device, Variant variant, IReadOnlyList<int> lengths, int? alignment, PageKind pages, int sets)
        : base(device, variant, new ParameterBuffer(device))
    {
        _values = Allocate(place: 0);
        _gradients = [.. Enumerable.Range(0, sets).Select(_ => Allocate(place: 1))];
        _parameters = [.. lengths.Select((length, i) => Buffer.Adopt($"{i}", variant.Storage.DType, [length], _values.Views[i]))];
        for (int set = 0; set < sets; set++)
        {
            Bind(set);
            TestData.Start(_parameters);
        }

        Optimizer = variant.Optimizer.Create([new ParameterGroup(_parameters, Workload.OptionsOf(variant, group: 0))]);
        Optimizer.PrepareAsync().GetAwaiter().GetResult();

        FrameworkTensors Allocate(int place) =>
            new(device, variant.Storage.DType, lengths, alignment ?? TrafficSlot.BytesOf(variant.Storage.DType), pages, place);
    }

    public override Optimizer Optimizer { get; }

    public override void HalveGradients()
    {
        for (int set = 0; set < _gradients.Length; set++)
        {
            Bind(set);
            TestData.HalveGradients(_parameters);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _values.Dispose();
        foreach (FrameworkTensors set in _gradients)
            set.Dispose();
    }

    protected override void StepOnce()
    {
        if (_gradients.Length > 1)
            Bind((_bound + 1) % _gradients.Length);
        Optimizer.Step();
    }

    private void Bind(int set)
    {
        IReadOnlyList<TensorView> views = _gradients[set].Views;
        for (int i = 0; i < _parameters.Length; i++)
            _parameters[i].BindGradient(views[i]);
        _bound = set;
    }
}
