using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// Memory of a device, half a word at a time and never beyond its end: for the last numbers of memory that is not padded, and for
/// memory that is not aligned to words. What is missing reads as zero.
/// </summary>
/// <param name="view">The slab: no more of it than may be touched.</param>
/// <param name="offset">The first word's number in the slab.</param>
public readonly struct DeviceHalves(ArrayView<ushort> view, long offset) : IWords<ScalarLane>, IDeviceMemory<DeviceHalves>
{
    private readonly ArrayView<ushort> _view = view;
    private readonly long _offset = offset;

    /// <inheritdoc/>
    public static bool Walks => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DeviceHalves Over(ArrayView<byte> view) => new(view.Cast<ushort>(), 0);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DeviceHalves Skip(long words) => new(_view, _offset + words);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarLane Load(int index)
    {
        long at = 2 * (_offset + index);
        return ScalarLane.FromBits(Get(at) | (Get(at + 1) << 16));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int index, ScalarLane words)
    {
        long at = 2 * (_offset + index);
        Put(at, words.Bits);
        Put(at + 1, words.Bits >> 16);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreTwo(int index, ScalarLane first, ScalarLane second)
    {
        Store(2 * index, first);
        Store((2 * index) + 1, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Get(long at)
    {
        uint half = 0;
        if (at < _view.Length)
            half = _view[at];
        return half;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Put(long at, uint half)
    {
        if (at < _view.Length)
            _view[at] = (ushort)half;
    }
}
