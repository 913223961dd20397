using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi;

/// <summary>A table in device memory that steps write anew.</summary>
/// <typeparam name="T">The entry.</typeparam>
internal sealed class DeviceTable<T> : IDisposable
    where T : unmanaged
{
    private readonly ComputeDevice _device;
    private DeviceArray<T> _entries;
    private StagingRing<T>? _ring;

    /// <summary>Makes a table.</summary>
    /// <param name="device">The device.</param>
    /// <param name="length">How many entries there is room for.</param>
    /// <exception cref="DeviceException">The device has no memory left.</exception>
    public DeviceTable(ComputeDevice device, int length)
    {
        _device = device;
        (_entries, _ring) = Allocate(length);
    }

    /// <summary>Makes a table.</summary>
    /// <param name="device">The device.</param>
    /// <param name="entries">What it holds at first.</param>
    /// <exception cref="DeviceException">The device has no memory left.</exception>
    public DeviceTable(ComputeDevice device, T[] entries)
    {
        _device = device;
        using var transaction = new Transaction();
        _entries = transaction.Add(device.Allocator.Allocate(entries));
        _ring = device.IsHost ? null : new StagingRing<T>(device, entries.Length);
        transaction.Commit();
    }

    /// <summary>The table.</summary>
    public ArrayView<T> View => _entries.View;

    /// <summary>Makes room for entries; what is there is lost if there was too little.</summary>
    /// <exception cref="DeviceException">The device has no memory left; the table stays as it was.</exception>
    public void Reserve(int length)
    {
        if (_entries.Length >= length)
            return;
        (DeviceArray<T> entries, StagingRing<T>? ring) = Allocate(length);
        Dispose();
        (_entries, _ring) = (entries, ring);
    }

    /// <summary>Copies entries, for which there is room; on other devices than the host the copy is queued.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="first">The place in the table of the first of them.</param>
    public void Upload(ReadOnlySpan<T> entries, int first = 0)
    {
        if (entries.IsEmpty)
            return;
        _device.CountUpload((long)entries.Length * Unsafe.SizeOf<T>());
        if (_ring is null)
            entries.CopyTo(_entries.Host[first..]);
        else
            _ring.Upload(entries, View.SubView(first, entries.Length));
    }

    public void Dispose()
    {
        _ring?.Dispose();
        _entries.Dispose();
    }

    private (DeviceArray<T> Entries, StagingRing<T>? Ring) Allocate(int length)
    {
        using var transaction = new Transaction();
        DeviceArray<T> entries = transaction.Add(_device.Allocator.Allocate<T>(length));
        StagingRing<T>? ring = _device.IsHost ? null : new StagingRing<T>(_device, length);
        transaction.Commit();
        return (entries, ring);
    }
}
