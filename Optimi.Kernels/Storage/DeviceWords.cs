using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>Memory of a device, word by word.</summary>
/// <param name="view">The slab.</param>
/// <param name="offset">The first word's number in the slab.</param>
public readonly struct DeviceWords(ArrayView<ScalarLane> view, long offset) :
    IWords<ScalarLane>, IDeviceMemory<DeviceWords>
{
    private readonly ArrayView<ScalarLane> _view = view;
    private readonly long _offset = offset;

    /// <inheritdoc/>
    public static bool Walks => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DeviceWords Over(ArrayView<byte> view) => new(view.Cast<ScalarLane>(), 0);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DeviceWords Skip(long halves) => new(_view, _offset + (halves / 2));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarLane Load(int index) => _view[_offset + index];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int index, ScalarLane words) => _view[_offset + index] = words;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarLane LoadHalf(int index) => ScalarLane.FromBits(_view.Cast<ushort>()[(2 * _offset) + index]);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreHalf(int index, ScalarLane words) => _view.Cast<ushort>()[(2 * _offset) + index] = (ushort)words.Bits;
}
