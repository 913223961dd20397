using System.Diagnostics.Metrics;

namespace Optimi;

/// <summary>What is told of an optimizer's steps. The caller has the device's turn.</summary>
internal sealed class StepMetrics
{
    private readonly Tally _made;
    private readonly Tally _skipped;
    private readonly KeyValuePair<string, object?> _device;
    private readonly KeyValuePair<string, object?> _name;

    /// <param name="optimizer">The optimizer, which is not kept alive.</param>
    /// <param name="name">Its name.</param>
    public StepMetrics(Optimizer optimizer, string name)
    {
        string device = optimizer.Device.Name;
        _made = Telemetry.Steps.Of(device, name).Begin(optimizer);
        _skipped = Telemetry.SkippedSteps.Of(device, name).Begin(optimizer);
        _device = new(Telemetry.DeviceTag, device);
        _name = new(Telemetry.OptimizerTag, name);
    }

    /// <summary>A step was made.</summary>
    public void OnMade() => _made.Add(1);

    /// <summary>A step was skipped.</summary>
    public void OnSkipped() => _skipped.Add(1);

    /// <summary>The norm of all gradients of a step is known. Of those that are not finite nothing is told, because one NaN would make the sum of all
    /// norms NaN.</summary>
    public void OnNorm(Histogram<double> norms, float norm)
    {
        if (float.IsFinite(norm))
            norms.Record(norm, _device, _name);
    }
}
