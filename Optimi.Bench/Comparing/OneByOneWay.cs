namespace Optimi.Bench;

/// <summary>Tensors in a buffer's own memory, each stepped by a call of its own.</summary>
/// <param name="workload">The tensors.</param>
internal sealed class OneByOneWay(Workload workload) : IWorkload
{
    /// <summary>As an array: its enumerator is none of what a step allocates.</summary>
    private readonly Parameter[] _parameters = [.. workload.Parameters];

    public ComputeDevice Device => workload.Device;

    public Variant Variant => workload.Variant;

    public IReadOnlyList<ParameterGroup> Groups => workload.Groups;

    public Optimizer Optimizer => workload.Optimizer;

    public int CallsPerStep => _parameters.Length;

    public void HalveGradients() => workload.HalveGradients();

    public void Step(int times)
    {
        for (int i = 0; i < times; i++)
        {
            foreach (Parameter parameter in _parameters)
                workload.Optimizer.Step(parameter);
        }

        Device.Synchronize();
    }

    public void Dispose() => workload.Dispose();
}
