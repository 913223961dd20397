using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>Memory of a device, word by word.</summary>
/// <param name="view">The slab.</param>
/// <param name="offset">The first word's number in the slab.</param>
internal readonly struct DeviceWords(ArrayView<ScalarLane> view, long offset) :
    IWords<ScalarLane>, IDeviceMemory<DeviceWords>
{
    private readonly ArrayView<ScalarLane> _view = view;
    private readonly long _offset = offset;

    /// <inheritdoc/>
    public static bool Walks => false;

    /// <inheritdoc/>
    public static bool IsCareful => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DeviceWords Over(ArrayView<byte> view) => new(view.Cast<ScalarLane>(), 0);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DeviceWords Of(long begin, long bytes, long at) => new(_view, (begin + at) >> 2);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DeviceWords Skip(long words) => new(_view, _offset + words);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarLane Load(int index) => _view[_offset + index];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarLane LoadNear(int index) => Load(index);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int index, ScalarLane words) => _view[_offset + index] = words;

    /// <inheritdoc/>
    /// <remarks>
    /// As one piece: from two neighbouring stores compilers for processors would make a vector of two, and then no vectors of
    /// as many work-items as the hardware takes.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreTwo(int index, ScalarLane first, ScalarLane second) =>
        _view.Cast<ulong>()[(_offset / 2) + index] = first.Bits | ((ulong)second.Bits << 32);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarLane LoadHalf(int index) => ScalarLane.FromHalf(_view.Cast<ushort>()[(2 * _offset) + index]);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreHalf(int index, ScalarLane words) => _view.Cast<ushort>()[(2 * _offset) + index] = (ushort)words.Bits;

    /// <inheritdoc/>
    /// <remarks>Word by word: compilers for processors do not see that a word is part of two that were written as one of 64 bits.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreNear(int index, ScalarLane first, ScalarLane second)
    {
        Store(2 * index, first);
        Store((2 * index) + 1, second);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarLane LoadByte(int index) => ScalarLane.FromHalf(_view.Cast<byte>()[(4 * _offset) + index]);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreByte(int index, ScalarLane words) => _view.Cast<byte>()[(4 * _offset) + index] = (byte)words.Bits;
}
