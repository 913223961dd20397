namespace Optimi.Bench;

/// <summary>A matrix's extents, and how far apart its rows and its columns lie, as kernels are told.</summary>
public struct MatrixShape
{
    public int Rows;
    public int Columns;
    public int RowStride;
    public int ColumnStride;
}
