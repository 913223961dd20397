using ILGPU;

namespace Optimi.Bench;

/// <summary>
/// The kernel of a matrix product. A group computes a square of the product; it walks along the factors and brings a square of each into
/// memory that it shares, so that a number is read from the device's memory once for the whole group.
/// </summary>
public static class ProductKernel
{
    /// <summary>A square's side.</summary>
    public const int Side = 16;

    /// <summary>One number more than the side, so that neither a row nor a column lies in one memory bank.</summary>
    private const int Stride = Side + 1;

    public static void Run(
        ArrayView<float> left, MatrixShape leftShape, ArrayView<float> right, MatrixShape rightShape, ArrayView<float> product)
    {
        ArrayView<float> leftSquare = SharedMemory.Allocate<float>(Side * Stride);
        ArrayView<float> rightSquare = SharedMemory.Allocate<float>(Side * Stride);
        int x = Group.IdxX;
        int y = Group.IdxY;
        int firstRow = Grid.IdxY * Side;
        int firstColumn = Grid.IdxX * Side;
        float sum = 0;
        for (int at = 0; at < leftShape.Columns; at += Side)
        {
            Load(left, leftShape, firstRow, at, leftSquare);
            Load(right, rightShape, at, firstColumn, rightSquare);
            Group.Barrier();
            for (int i = 0; i < Side; i++)
                sum += leftSquare[(y * Stride) + i] * rightSquare[(i * Stride) + x];
            Group.Barrier();
        }

        if (firstRow + y < leftShape.Rows && firstColumn + x < rightShape.Columns)
            product[((firstRow + y) * rightShape.Columns) + firstColumn + x] = sum;
    }

    /// <summary>Brings in a square, zero where the matrix has ended. Neighbours read what lies side by side.</summary>
    private static void Load(ArrayView<float> matrix, MatrixShape shape, int firstRow, int firstColumn, ArrayView<float> square)
    {
        int row = shape.ColumnStride == 1 ? Group.IdxY : Group.IdxX;
        int column = shape.ColumnStride == 1 ? Group.IdxX : Group.IdxY;
        bool isInside = firstRow + row < shape.Rows && firstColumn + column < shape.Columns;
        square[(row * Stride) + column] =
            isInside ? matrix[((firstRow + row) * shape.RowStride) + ((firstColumn + column) * shape.ColumnStride)] : 0;
    }
}
