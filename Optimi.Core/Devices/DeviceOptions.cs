using ILGPU;

namespace Optimi;

/// <summary>How a device is opened, where its name does not say enough.</summary>
public sealed record DeviceOptions
{
    /// <summary>
    /// What else the device's ILGPU context is to have, for kernels of the caller's: <c>builder =&gt; builder.EnableAlgorithms()</c> for
    /// one. Optimi's own kernels do not look at it. Default: nothing.
    /// </summary>
    public Action<Context.Builder>? ConfigureContext { get; init; }
}
