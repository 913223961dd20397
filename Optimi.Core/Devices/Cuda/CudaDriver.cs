using System.Runtime.InteropServices;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Optimi;

/// <summary>CUDA's driver: the functions that ILGPU does not offer.</summary>
internal sealed partial class CudaDriver : ICudaDriver
{
    private const string Library = NativeLibraries.Cuda;

    private CudaDriver() => NativeLibraries.Register();

    /// <summary>The driver of this machine, which is loaded by the first call.</summary>
    public static CudaDriver Instance { get; } = new();

    /// <inheritdoc/>
    public nint Current
    {
        get
        {
            Check(CtxGetCurrent(out nint context), "cuCtxGetCurrent");
            return context;
        }
        set => Check(CtxSetCurrent(value), "cuCtxSetCurrent");
    }

    /// <inheritdoc/>
    public void Push(nint context) => Check(CtxPushCurrent(context), "cuCtxPushCurrent");

    /// <inheritdoc/>
    public void Pop() => Check(CtxPopCurrent(out _), "cuCtxPopCurrent");

    /// <inheritdoc/>
    public nint RetainPrimary(int device)
    {
        Check(DevicePrimaryCtxRetain(out nint context, device), "cuDevicePrimaryCtxRetain");
        return context;
    }

    /// <inheritdoc/>
    public void ReleasePrimary(int device) => Check(DevicePrimaryCtxRelease(device), "cuDevicePrimaryCtxRelease");

    /// <inheritdoc/>
    public nint ContextOf(nint stream)
    {
        Check(StreamGetCtx(stream, out nint context), "cuStreamGetCtx");
        return context;
    }

    /// <inheritdoc/>
    public nint Allocate(long bytes)
    {
        // By ILGPU, whose exception it then is: a lack of memory is the same everywhere.
        CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.AllocateMemory(out nint address, (nint)bytes));
        return address;
    }

    /// <inheritdoc/>
    public void Free(nint address) => Check((int)CudaAPI.CurrentAPI.FreeMemory(address), "cuMemFree");

    /// <inheritdoc/>
    public AcceleratorStream Wrap(Accelerator accelerator, nint stream) =>
        ((CudaAccelerator)accelerator).CreateStream(stream, responsible: false);

    /// <summary>Checks what a function of the driver has returned.</summary>
    /// <exception cref="DeviceException">It has failed.</exception>
    internal static void Check(int code, string function)
    {
        if (code != 0)
            throw new DeviceException(FormattableString.Invariant($"CUDA's {function} failed with {(CudaError)code} ({code})."));
    }

    [LibraryImport(Library, EntryPoint = "cuCtxGetCurrent")]
    private static partial int CtxGetCurrent(out nint context);

    [LibraryImport(Library, EntryPoint = "cuCtxSetCurrent")]
    private static partial int CtxSetCurrent(nint context);

    [LibraryImport(Library, EntryPoint = "cuCtxPushCurrent_v2")]
    private static partial int CtxPushCurrent(nint context);

    [LibraryImport(Library, EntryPoint = "cuCtxPopCurrent_v2")]
    private static partial int CtxPopCurrent(out nint context);

    [LibraryImport(Library, EntryPoint = "cuDevicePrimaryCtxRetain")]
    private static partial int DevicePrimaryCtxRetain(out nint context, int device);

    [LibraryImport(Library, EntryPoint = "cuDevicePrimaryCtxRelease_v2")]
    private static partial int DevicePrimaryCtxRelease(int device);

    [LibraryImport(Library, EntryPoint = "cuStreamGetCtx")]
    private static partial int StreamGetCtx(nint stream, out nint context);
}
