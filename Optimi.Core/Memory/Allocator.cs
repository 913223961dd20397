using System.Globalization;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Optimi;

/// <summary>Allocates the memory of a device: nothing else does, so that every failure has the same type.</summary>
internal sealed class Allocator(ComputeDevice device)
{
    /// <summary>Called before each allocation with its bytes. Tests throw here what a device without memory throws.</summary>
    public Action<long>? Allocating { get; set; }

    /// <summary>How many allocations there are that were not freed.</summary>
    public int Live { get; private set; }

    /// <summary>Allocates memory of the host, which may hold anything.</summary>
    /// <exception cref="DeviceException">There is not enough.</exception>
    public HostAllocation AllocateHost(long bytes) => Try(bytes, () => new HostAllocation(bytes));

    /// <summary>Frees memory of the host.</summary>
    public void Free(HostAllocation memory)
    {
        if (memory.IsClosed)
            return;
        memory.Dispose();
        OnFreed();
    }

    /// <summary>Allocates an array, which may hold anything.</summary>
    /// <exception cref="DeviceException">There is not enough memory.</exception>
    public DeviceArray<T> Allocate<T>(long length)
        where T : unmanaged => Allocate<T>(length, _ => { });

    /// <summary>Allocates an array with entries. The device has it when this returns.</summary>
    /// <exception cref="DeviceException">There is not enough memory.</exception>
    public DeviceArray<T> Allocate<T>(T[] entries)
        where T : unmanaged => Allocate<T>(entries.Length, buffer =>
        {
            if (entries.Length == 0)
                return;
            buffer.View.SubView(0, entries.Length).CopyFromCPU(device.Ilgpu.Stream, entries);
            device.Synchronize();
        });

    /// <summary>Allocates an array, and lets something be done with it for the first time: some drivers allocate only then.</summary>
    /// <exception cref="DeviceException">There is not enough memory.</exception>
    public DeviceArray<T> Allocate<T>(long length, Action<MemoryBuffer1D<T, Stride1D.Dense>> use)
        where T : unmanaged => Try(length * Unsafe.SizeOf<T>(), () =>
        {
            // OpenCL has no buffers without bytes.
            MemoryBuffer1D<T, Stride1D.Dense> buffer = device.Ilgpu.Accelerator.Allocate1D<T>(Math.Max(length, 1));
            try
            {
                use(buffer);
                return new DeviceArray<T>(device, buffer);
            }
            catch
            {
                buffer.Dispose();
                throw;
            }
        });

    internal void OnFreed() => Live--;

    private T Try<T>(long bytes, Func<T> allocate)
    {
        device.ThrowIfDisposed();
        try
        {
            Allocating?.Invoke(bytes);
            T allocated = allocate();
            Live++;
            return allocated;
        }
        catch (Exception error) when (error is AcceleratorException or OutOfMemoryException)
        {
            throw new DeviceException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Device '{device.Name}' could not allocate {bytes:N0} bytes of its {device.MemoryBytes:N0}: {error.Message}.")
                + " Free memory, use BFloat16 or fewer parameters.",
                error);
        }
    }
}
