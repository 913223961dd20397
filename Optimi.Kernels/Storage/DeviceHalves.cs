using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// Memory of a device, half a word at a time and never beyond its end: for the last numbers of memory that is not padded, and for
/// memory that is not aligned to words. What is missing reads as zero.
/// </summary>
/// <param name="view">The slab.</param>
/// <param name="offset">The number of the first half in the slab.</param>
/// <param name="end">One past the number of the last half that may be touched.</param>
internal readonly struct DeviceHalves(ArrayView<ushort> view, long offset, long end) :
    IWords<ScalarLane>, IDeviceMemory<DeviceHalves>
{
    private readonly ArrayView<ushort> _view = view;
    private readonly long _offset = offset;
    private readonly long _end = end;

    /// <inheritdoc/>
    public static bool Walks => false;

    /// <inheritdoc/>
    public static bool IsCareful => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DeviceHalves Over(ArrayView<byte> view)
    {
        ArrayView<ushort> halves = view.Cast<ushort>();
        return new(halves, 0, halves.Length);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DeviceHalves Of(long begin, long bytes, long at) => new(_view, (begin + at) >> 1, (begin + bytes + 1) >> 1);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DeviceHalves Skip(long words) => new(_view, _offset + (2 * words), _end);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarLane Load(int index)
    {
        long at = _offset + (2 * index);
        return ScalarLane.FromBits(Get(at) | (Get(at + 1) << 16));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarLane LoadNear(int index) => Load(index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int index, ScalarLane words)
    {
        long at = _offset + (2 * index);
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

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreNear(int index, ScalarLane first, ScalarLane second) => StoreTwo(index, first, second);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarLane LoadHalf(int index) => ScalarLane.FromHalf(Get(_offset + index));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreHalf(int index, ScalarLane words) => Put(_offset + index, words.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarLane LoadByte(int index) =>
        ScalarLane.FromHalf((Get(_offset + (index >> 1)) >> (8 * (index & 1))) & 0xFF);

    /// <inheritdoc/>
    /// <remarks>Of memory that is counted in bytes there is always some to the end of the tile.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreByte(int index, ScalarLane words) => _view.Cast<byte>()[(2 * _offset) + index] = (byte)words.Bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Get(long at)
    {
        uint half = 0;
        if (at < _end)
            half = _view[at];
        return half;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Put(long at, uint half)
    {
        if (at < _end)
            _view[at] = (ushort)half;
    }
}
