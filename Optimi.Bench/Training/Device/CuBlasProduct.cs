using ILGPU;
using ILGPU.Runtime.Cuda;

namespace Optimi.Bench;

/// <summary>Products by NVIDIA's cuBLAS, where its library is installed.</summary>
internal sealed class CuBlasProduct : IMatrixProduct
{
    private readonly CuBlas _cuBlas;

    private CuBlasProduct(CuBlas cuBlas, CudaStream stream)
    {
        _cuBlas = cuBlas;
        _cuBlas.Stream = stream;
    }

    /// <summary>Loads cuBLAS, or returns null where there is none, as on every device that is not of CUDA.</summary>
    public static CuBlasProduct? Find(ComputeDevice device)
    {
        if (device.Accelerator is not CudaAccelerator cuda)
            return null;
        try
        {
            // Versions are tried in the context that is current.
            cuda.Bind();
            return new CuBlasProduct(new CuBlas(cuda), (CudaStream)device.Stream);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or CuBlasException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Multiply(DeviceMatrix a, DeviceMatrix b, ArrayView<float> product)
    {
        // To cuBLAS a matrix that lies row by row is the transpose of one that lies column by column: so it is asked for the product's
        // transpose, whose factors have changed places.
        _cuBlas.Gemm(
            Operation(b),
            Operation(a),
            b.Columns,
            a.Rows,
            a.Columns,
            1f,
            b.Numbers,
            b.Stride,
            a.Numbers,
            a.Stride,
            0f,
            product,
            b.Columns);
    }

    public void Dispose() => _cuBlas.Dispose();

    private static CuBlasOperation Operation(DeviceMatrix matrix) =>
        matrix.IsTransposed ? CuBlasOperation.Transpose : CuBlasOperation.NonTranspose;
}
