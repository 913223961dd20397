using ILGPU.Runtime;

namespace Optimi;

/// <summary>An accelerator that was opened for a device.</summary>
/// <param name="Accelerator">The accelerator.</param>
/// <param name="Stream">The stream to queue on; the accelerator's default stream if null.</param>
/// <param name="Cuda">Its CUDA context; null elsewhere.</param>
internal sealed record OpenedAccelerator(Accelerator Accelerator, AcceleratorStream? Stream, CudaContext? Cuda)
{
    /// <summary>Opens one of CUDA. If that fails, nothing of it is left.</summary>
    /// <param name="driver">CUDA's driver.</param>
    /// <param name="open">Has ILGPU open it.</param>
    /// <param name="device">The driver's handle of the device.</param>
    /// <param name="options">Which context and which stream it works with.</param>
    /// <exception cref="DeviceException">The driver refuses, or the stream is of another context.</exception>
    public static OpenedAccelerator OfCuda(ICudaDriver driver, Func<Accelerator> open, int device, DeviceOptions options)
    {
        CudaContext cuda = CudaContext.Open(driver, open, out Accelerator accelerator);
        try
        {
            if (options.SharePrimaryContext)
                cuda.Share(device);
            return new(accelerator, options.Stream is nint stream ? cuda.Wrap(stream) : null, cuda);
        }
        catch
        {
            cuda.Close();
            throw;
        }
    }

    /// <summary>Closes it.</summary>
    public void Close()
    {
        if (Cuda is null)
            Accelerator.Dispose();
        else
            Cuda.Close();
    }
}
