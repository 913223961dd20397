using ILGPU;
using ILGPU.Runtime;

namespace Optimi.Bench;

/// <summary>Products by a kernel of our own, for every device.</summary>
internal sealed class TiledProduct(ComputeDevice device) : IMatrixProduct
{
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, MatrixShape, ArrayView<float>, MatrixShape, ArrayView<float>>
        _launch = device.Accelerator.LoadKernel<ArrayView<float>, MatrixShape, ArrayView<float>, MatrixShape, ArrayView<float>>(
            ProductKernel.Run);

    /// <inheritdoc/>
    public void Multiply(DeviceMatrix a, DeviceMatrix b, ArrayView<float> product)
    {
        var squares = new Index2D(Squares(b.Columns), Squares(a.Rows));
        var square = new Index2D(ProductKernel.Side, ProductKernel.Side);
        _launch(device.Stream, (squares, square), a.Numbers, a.Shape, b.Numbers, b.Shape, product);
    }

    public void Dispose()
    {
        // The kernel is the accelerator's.
    }

    private static int Squares(int length) => (length + ProductKernel.Side - 1) / ProductKernel.Side;
}
