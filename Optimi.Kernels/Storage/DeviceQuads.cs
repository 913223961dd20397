using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>Memory of a device, in quads of words.</summary>
/// <param name="view">The slab.</param>
/// <param name="offset">The first quad's number in the slab.</param>
public readonly struct DeviceQuads(ArrayView<Quad> view, long offset) : IDeviceMemory<DeviceQuads>
{
    private readonly ArrayView<Quad> _view = view;
    private readonly long _offset = offset;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DeviceQuads Over(ArrayView<byte> view) => new(view.Cast<Quad>(), 0);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DeviceQuads Skip(long words) => new(_view, _offset + (words / Quad.Length));

    /// <summary>Reads a quad.</summary>
    /// <param name="index">The quad's number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quad Load(int index) => _view[_offset + index];

    /// <summary>Writes a quad.</summary>
    /// <param name="index">The quad's number.</param>
    /// <param name="quad">The quad.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int index, Quad quad) => _view[_offset + index] = quad;
}
