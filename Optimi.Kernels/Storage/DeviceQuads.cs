using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>Memory of a device, in quads of words.</summary>
/// <param name="view">The memory.</param>
internal readonly struct DeviceQuads(ArrayView<byte> view)
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

    /// <summary>Reads half a quad; its other words are zero.</summary>
    /// <param name="index">The number of the half.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quad LoadHalf(long index)
    {
        ulong half = _view.Cast<ulong>()[index];
        return new() { X = (uint)half, Y = (uint)(half >> 32) };
    }

    /// <summary>Writes the first two words of a quad.</summary>
    /// <param name="index">The number of the half.</param>
    /// <param name="quad">The quad.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreHalf(long index, Quad quad) => _view.Cast<ulong>()[index] = quad.X | ((ulong)quad.Y << 32);

    /// <summary>Reads a piece of 16 bits.</summary>
    /// <param name="index">The number of the piece.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint LoadPiece(long index) => _view.Cast<ushort>()[index];

    /// <summary>Writes a piece of 16 bits.</summary>
    /// <param name="index">The number of the piece.</param>
    /// <param name="piece">The piece, in the lower half.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePiece(long index, uint piece) => _view.Cast<ushort>()[index] = (ushort)piece;
}
