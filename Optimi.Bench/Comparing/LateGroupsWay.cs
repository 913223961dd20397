namespace Optimi.Bench;

/// <summary>Groups of which all but the first are added after the first step, each with a step in between, so that memory is
/// allocated for each by itself.</summary>
internal sealed class LateGroupsWay : Way
{
    /// <param name="device">The device.</param>
    /// <param name="variant">The optimizer and the storage.</param>
    /// <param name="shapes">The tensors.</param>
    /// <param name="groups">How many groups they are dealt out to, each with its own learning rate.</param>
    public LateGroupsWay(ComputeDevice device, Variant variant, IReadOnlyList<int[]> shapes, int groups)
        : base(device, variant, new ParameterBuffer(device))
    {
        Optimizer = variant.Optimizer.Create([new ParameterGroup(Add(0), Workload.OptionsOf(variant, 0))]);
        Optimizer.Step();
        for (int group = 1; group < groups; group++)
        {
            variant.Optimizer.AddGroup!(Optimizer, Add(group), Workload.OptionsOf(variant, group));
            Optimizer.Step();
        }

        // From here on they are as tensors are that have not stepped yet.
        TestData.Start([.. Buffer]);
        foreach (Parameter parameter in Buffer)
            Optimizer.ResetState(parameter);
        Optimizer.PrepareAsync().GetAwaiter().GetResult();

        Parameter[] Add(int group)
        {
            Parameter[] added = [.. shapes.Index().Where(shape => shape.Index % groups == group)
                .Select(shape => Buffer.Add($"{shape.Index}", variant.Storage.DType, shape.Item))];
            TestData.Start(added);
            return added;
        }
    }

    public override Optimizer Optimizer { get; }

    public override void HalveGradients() => TestData.HalveGradients([.. Buffer]);

    protected override void StepOnce() => Optimizer.Step();
}
