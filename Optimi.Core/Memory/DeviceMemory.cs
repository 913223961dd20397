using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Optimi;

/// <summary>A contiguous piece of a device's memory, whoever owns it.</summary>
internal abstract unsafe class DeviceMemory(ComputeDevice device)
{
    /// <summary>Where the memory lies on the host; null on other devices.</summary>
    public abstract byte* Host { get; }

    protected ComputeDevice Device { get; } = device;

    /// <summary>A place in the memory, as launches know it.</summary>
    /// <param name="offset">Where, in bytes.</param>
    public abstract MemoryPlace PlaceAt(long offset);

    /// <summary>A part of the memory as ILGPU sees it, for users.</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="offset">Where it starts, in bytes.</param>
    /// <param name="length">How many elements.</param>
    public abstract ArrayView<T> View<T>(long offset, long length)
        where T : unmanaged;

    /// <summary>Copies into the memory; the source may be reused when this returns.</summary>
    /// <param name="offset">Where to put it, in bytes.</param>
    /// <param name="source">What to copy.</param>
    public void Upload(long offset, ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty)
            return;
        if (Device.IsHost)
        {
            Device.Synchronize();
            source.CopyTo(new Span<byte>(Host + offset, source.Length));
            GC.KeepAlive(this);
            return;
        }

        using ContextScope current = Device.Ilgpu.Enter();
        fixed (byte* pointer = source)
        {
            using var staging = new StagingBuffer((nint)pointer, source.Length, sizeof(byte));
            View<byte>(offset, source.Length).CopyFrom(Device.Ilgpu.Stream, staging.AsArrayView<byte>(0, source.Length));
            Device.Synchronize();
        }
    }

    /// <summary>Copies out of the memory, after all work queued so far.</summary>
    /// <param name="offset">Where to start, in bytes.</param>
    /// <param name="destination">Where to put it.</param>
    public void Download(long offset, Span<byte> destination)
    {
        if (destination.IsEmpty)
            return;
        if (Device.IsHost)
        {
            Device.Synchronize();
            new Span<byte>(Host + offset, destination.Length).CopyTo(destination);
            GC.KeepAlive(this);
            return;
        }

        using ContextScope current = Device.Ilgpu.Enter();
        fixed (byte* pointer = destination)
        {
            using var staging = new StagingBuffer((nint)pointer, destination.Length, sizeof(byte));
            View<byte>(offset, destination.Length).CopyTo(Device.Ilgpu.Stream, staging.AsArrayView<byte>(0, destination.Length));
            Device.Synchronize();
        }
    }

    /// <summary>Copies to other memory of the device; on other devices than the host the copy is queued.</summary>
    /// <param name="offset">Where to start, in bytes.</param>
    /// <param name="target">Where to put it.</param>
    /// <param name="targetOffset">Where in there, in bytes.</param>
    /// <param name="bytes">How much.</param>
    public void CopyTo(long offset, DeviceMemory target, long targetOffset, long bytes)
    {
        if (bytes == 0)
            return;
        if (Device.IsHost)
        {
            Device.Synchronize();
            Buffer.MemoryCopy(Host + offset, target.Host + targetOffset, bytes, bytes);
            GC.KeepAlive(this);
            GC.KeepAlive(target);
            return;
        }

        using ContextScope current = Device.Ilgpu.Enter();
        View<byte>(offset, bytes).CopyTo(Device.Ilgpu.Stream, target.View<byte>(targetOffset, bytes));
    }

    /// <summary>Waits until all work queued so far has taken place.</summary>
    public void AwaitDevice() => Device.Synchronize();

    /// <summary>Sets a range of bytes to zero.</summary>
    public virtual void Clear(long offset, long bytes)
    {
        if (bytes == 0)
            return;
        if (!Device.IsHost)
        {
            using ContextScope current = Device.Ilgpu.Enter();
            View<byte>(offset, bytes).MemSetToZero(Device.Ilgpu.Stream);
            return;
        }

        AwaitDevice();
        NativeMemory.Clear(Host + offset, (nuint)bytes);
        GC.KeepAlive(this);
    }
}
