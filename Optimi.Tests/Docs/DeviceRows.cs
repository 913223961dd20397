using ILGPU;
using ILGPU.Runtime;

namespace Optimi.Tests;

/// <summary>Device memory that is not Optimi's: rows of numbers, the first two of 0.75, the others of 0.</summary>
internal sealed class DeviceRows(ComputeDevice device, int rows, int length) : IDisposable
{
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _buffer = device.Accelerator.Allocate1D(
        Enumerable.Range(0, rows * length).Select(i => i / length < 2 ? 0.75f : 0).ToArray());

    public ArrayView<float> this[int row] => _buffer.View.AsContiguous().SubView(row * length, length);

    public float[] Numbers(int row) => this[row].GetAsArray();

    public void Dispose() => _buffer.Dispose();
}
