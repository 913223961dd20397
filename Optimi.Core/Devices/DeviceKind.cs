namespace Optimi;

/// <summary>What runs the update rules.</summary>
public enum DeviceKind
{
    /// <summary>The host's cores and vector units, on host memory: the embedded default.</summary>
    Host,

    /// <summary>The GPU kernels, which the host runs work-item by work-item: for debugging.</summary>
    Simulated,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda,

    /// <summary>An OpenCL device.</summary>
    OpenCL,
}
