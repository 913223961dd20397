namespace Optimi.Bench;

/// <summary>A way of stepping that is compared with the ordinary one.</summary>
/// <param name="device">The device.</param>
/// <param name="variant">The optimizer and the storage.</param>
/// <param name="buffer">The parameters' buffer, empty so far.</param>
internal abstract class Way(ComputeDevice device, Variant variant, ParameterBuffer buffer) : IWorkload
{
    public ComputeDevice Device => device;

    public Variant Variant => variant;

    public IReadOnlyList<ParameterGroup> Groups => Optimizer.Groups;

    /// <summary>The optimizer, which the way makes when its parameters are there.</summary>
    public abstract Optimizer Optimizer { get; }

    public virtual int CallsPerStep => 1;

    /// <summary>The buffer.</summary>
    protected ParameterBuffer Buffer => buffer;

    public abstract void HalveGradients();

    public void Step(int times)
    {
        for (int i = 0; i < times; i++)
            StepOnce();
        device.Synchronize();
    }

    public virtual void Dispose()
    {
        Optimizer.Dispose();
        buffer.Dispose();
    }

    /// <summary>Steps all parameters, and does not wait.</summary>
    protected abstract void StepOnce();
}
