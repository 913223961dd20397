using System.Globalization;
using System.Runtime.CompilerServices;
using ILGPU.Runtime;

namespace Optimi;

/// <summary>Allocates the memory of a device, so that every failure has the same type.</summary>
internal sealed class Allocator(ComputeDevice device)
{
    /// <summary>Called before each allocation with its bytes. Tests throw here what a device without memory throws.</summary>
    public Action<long>? Allocating { get; set; }

    /// <summary>How many allocations there are that were not freed, but for those that the garbage collector frees.</summary>
    public int Live { get; private set; }

    /// <summary>Bytes that devices of this name hold.</summary>
    public Total Held { get; } = Telemetry.Memory.Of(device.Name);

    /// <summary>Bytes of the host that are held: a GPU's staging memory is no memory of the GPU.</summary>
    private Total HeldOnHost { get; } = Telemetry.Memory.Of(device.IsHost ? device.Name : DeviceFinder.Host);

    /// <summary>Allocates memory of the host, which may hold anything.</summary>
    /// <exception cref="DeviceException">There is not enough.</exception>
    public HostAllocation AllocateHost(long bytes) => Count(Try(bytes, () => new HostAllocation(bytes, HeldOnHost)));

    /// <summary>Frees memory of the host.</summary>
    public void Free(HostAllocation memory)
    {
        if (memory.IsClosed)
            return;
        memory.Dispose();
        OnFreed();
    }

    /// <summary>Allocates a zeroed array that the garbage collector frees.</summary>
    /// <param name="length">How many elements.</param>
    /// <param name="isPinned">Whether it never moves.</param>
    /// <exception cref="DeviceException">There is not enough memory.</exception>
    public T[] AllocateManaged<T>(long length, bool isPinned = false)
        where T : unmanaged =>
        Try(length * Unsafe.SizeOf<T>(), () => GC.AllocateArray<T>(checked((int)length), isPinned));

    /// <summary>Allocates an array, which may hold anything.</summary>
    /// <exception cref="DeviceException">There is not enough memory.</exception>
    public DeviceArray<T> Allocate<T>(long length)
        where T : unmanaged => Allocate<T>(length, _ => { });

    /// <summary>Allocates an array with entries. The device has it when this returns.</summary>
    /// <exception cref="DeviceException">There is not enough memory.</exception>
    public DeviceArray<T> Allocate<T>(T[] entries)
        where T : unmanaged => Allocate<T>(entries.Length, array => Fill(array, entries));

    /// <summary>Allocates an array, and does something with it for the first time: some drivers allocate only then.</summary>
    /// <exception cref="DeviceException">There is not enough memory.</exception>
    public DeviceArray<T> Allocate<T>(long length, Action<DeviceArray<T>> use)
        where T : unmanaged => Try(length * Unsafe.SizeOf<T>(), () =>
        {
            // OpenCL has no buffers without bytes.
            DeviceArray<T> array = Count(New<T>(Math.Max(length, 1)));
            try
            {
                use(array);
                return array;
            }
            catch
            {
                array.Dispose();
                throw;
            }
        });

    internal void OnFreed() => Live--;

    private DeviceArray<T> New<T>(long length)
        where T : unmanaged => device.IsHost
        ? new DeviceArray<T>(device, new HostAllocation(length * Unsafe.SizeOf<T>(), HeldOnHost), length)
        : new DeviceArray<T>(device, device.Ilgpu.Allocate<T>(length));

    private unsafe void Fill<T>(DeviceArray<T> array, T[] entries)
        where T : unmanaged
    {
        if (device.IsHost)
        {
            entries.CopyTo(array.Host);
        }
        else if (entries.Length > 0)
        {
            fixed (T* pointer = entries)
            {
                using var staging = new StagingBuffer((nint)pointer, entries.Length, Unsafe.SizeOf<T>());
                array.View.CopyFrom(device.Ilgpu.Stream, staging.AsArrayView<T>(0, entries.Length));
                device.Synchronize();
            }
        }
    }

    private T Count<T>(T allocated)
    {
        Live++;
        return allocated;
    }

    private T Try<T>(long bytes, Func<T> allocate)
    {
        device.ThrowIfDisposed();
        try
        {
            using ContextScope current = device.Ilgpu.Enter();
            Allocating?.Invoke(bytes);
            return allocate();
        }
        catch (Exception error) when (error is AcceleratorException or OutOfMemoryException)
        {
            throw new DeviceException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Device '{device.Name}' could not allocate {bytes:N0} bytes of its {device.MemoryBytes:N0}: {error.Message.TrimEnd('.')}.")
                + " Free memory, use BFloat16 or fewer parameters.",
                error);
        }
    }
}
