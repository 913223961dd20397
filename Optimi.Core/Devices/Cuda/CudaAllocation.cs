namespace Optimi;

/// <summary>
/// Memory in a CUDA context. If nobody frees it, the garbage collector does, on whose thread other libraries then find the context that
/// they have left there.
/// </summary>
/// <param name="context">The context.</param>
/// <param name="address">Where the memory is.</param>
internal sealed class CudaAllocation(CudaContext context, nint address) : IDisposable
{
    /// <summary>Where the memory is.</summary>
    public nint Address => address;

    ~CudaAllocation()
    {
        try
        {
            context.Free(address);
        }
        catch (DeviceException)
        {
            // A driver that cannot free is no reason to end the process, as an exception here would.
        }
    }

    /// <summary>Frees the memory. A second call does nothing.</summary>
    public void Dispose()
    {
        context.Free(address);
        GC.SuppressFinalize(this);
    }
}
