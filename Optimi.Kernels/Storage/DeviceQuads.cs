using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>Memory of a device, in quads of words.</summary>
/// <param name="view">The memory.</param>
public readonly struct DeviceQuads(ArrayView<byte> view)
{
    private readonly ArrayView<Quad> _view = view.Cast<Quad>();

    /// <summary>Reads a quad.</summary>
    /// <param name="index">The quad's number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quad Load(long index) => _view[index];

    /// <summary>Writes a quad.</summary>
    /// <param name="index">The quad's number.</param>
    /// <param name="quad">The quad.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(long index, Quad quad) => _view[index] = quad;
}
