using ILGPU;

namespace Optimi.Bench;

/// <summary>A float32 matrix in device memory. It lies there row by row, or, transposed, column by column.</summary>
internal readonly record struct DeviceMatrix(ArrayView<float> Numbers, int Rows, int Columns, bool IsTransposed = false)
{
    /// <summary>The same memory, read the other way.</summary>
    public DeviceMatrix Transposed => new(Numbers, Columns, Rows, !IsTransposed);

    /// <summary>How many numbers lie side by side: a row, or, transposed, a column.</summary>
    public int Stride => IsTransposed ? Rows : Columns;

    /// <summary>The extents and strides, for kernels.</summary>
    public MatrixShape Shape => new()
    {
        Rows = Rows,
        Columns = Columns,
        RowStride = IsTransposed ? 1 : Stride,
        ColumnStride = IsTransposed ? Stride : 1,
    };
}
