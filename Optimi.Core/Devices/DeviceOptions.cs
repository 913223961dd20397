using System.Globalization;
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

    /// <summary>
    /// Whether a CUDA device works in its primary context, the one that CUDA's runtime uses and so PyTorch, TorchSharp, cuBLAS and
    /// JAX: then memory and streams are common to all of them. Default: false, a context that ILGPU makes for the device alone. For any
    /// other device <see cref="ComputeDevice.Open"/> throws a <see cref="DeviceException"/>.
    /// </summary>
    public bool SharePrimaryContext { get; init; }

    /// <summary>
    /// The <c>CUstream</c> of another library to queue all work on, which becomes <see cref="ComputeDevice.Stream"/>. It must be of the
    /// device's primary context, is not closed with the device, and must stay until the device is closed. Default: null, which is the null
    /// stream, as 0 is: where PyTorch queues unless told otherwise. Without <see cref="SharePrimaryContext"/>
    /// <see cref="ComputeDevice.Open"/> throws a <see cref="DeviceException"/>.
    /// </summary>
    public nint? Stream { get; init; }

    /// <summary>What only CUDA devices can do of what is asked for; null if nothing is.</summary>
    internal string? OfCuda =>
        SharePrimaryContext ? $"{nameof(SharePrimaryContext)} = true"
        : Stream is nint stream ? Describe(stream)
        : null;

    /// <summary>A stream as messages name it.</summary>
    internal static string Describe(nint stream) => string.Create(CultureInfo.InvariantCulture, $"{nameof(Stream)} = 0x{stream:x}");

    /// <summary>Checks that a device other than CUDA's can be opened so.</summary>
    /// <param name="device">The name that was asked for.</param>
    /// <param name="found">What is wrong with the CUDA devices that were tried.</param>
    /// <exception cref="DeviceException">It cannot.</exception>
    internal void CheckWithoutCuda(string device, string found = "")
    {
        if (OfCuda is not string asked)
            return;
        string cause = device != "auto" ? "only CUDA devices have a primary context and streams to share."
            : found == "" ? "there is no CUDA device; one needs NVIDIA's driver."
            : $"no CUDA device could be opened so:{found}";
        throw new DeviceException(
            $"Device '{device}' was asked for with {asked}, but {cause} {(device == "auto" ? "Mend that" : "Open 'cuda'")}, or leave the"
            + " option out.");
    }

    /// <summary>Checks what is asked of a CUDA device.</summary>
    /// <exception cref="DeviceException">It cannot be done.</exception>
    internal void CheckForCuda()
    {
        if (Stream is nint stream && !SharePrimaryContext)
        {
            throw new DeviceException(
                $"{Describe(stream)} belongs to the context of the library that made it, and the device would work in one of its own:"
                + $" set {nameof(SharePrimaryContext)} = true as well, or leave {nameof(Stream)} out.");
        }
    }
}
