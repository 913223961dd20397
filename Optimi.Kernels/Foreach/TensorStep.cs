using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Util;

namespace Optimi.Kernels;

/// <summary>A tensor's part in a step.</summary>
/// <param name="Row">The number of its row of scalars, or <see cref="NoRow"/>.</param>
/// <param name="Care">Which of its tiles are to be touched with care: see <see cref="RowOf"/>.</param>
/// <param name="Gradient">Where its gradient begins, as <see cref="TensorPlaces"/> says it of the other slots.</param>
internal readonly record struct TensorStep(int Row, int Care, long Gradient)
{
    /// <summary>The row of a tensor that takes no part in a step.</summary>
    public const int NoRow = -1;

    /// <summary>All its memory is aligned, and there is some of it to the end of its last tile.</summary>
    public const int NoCare = 0;

    /// <summary>Some of its memory ends within its last tile.</summary>
    public const int CareOfEnd = 1;

    /// <summary>Some of its memory is not aligned.</summary>
    public const int CareOfAll = 2;

    /// <summary>Bytes of it in a table.</summary>
    public const int Bytes = Words * sizeof(int);

    private const int Words = 4;

    /// <summary>The number of the row of scalars for a tile, or <see cref="NoRow"/> if it is not this kernel's to step.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="isCareful">Whether the kernel never touches more than the tensor's own numbers, and them half a word at a time.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int RowOf(Tile tile, bool isCareful) =>
        Utilities.Select(Care + tile.Partial > CareOfEnd == isCareful, Row, NoRow);

    /// <summary>A part that is none.</summary>
    public static TensorStep None => new(NoRow, NoCare, 0);

    /// <summary>Where a tensor's part is in the table of them. The first entry is <see cref="None"/>.</summary>
    /// <param name="tensor">The tensor's number in the launch.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int EntryOf(int tensor) => tensor + 1;

    /// <summary>Reads a tensor's part from a table, integer by integer as <see cref="Tile.Read"/> does.</summary>
    /// <param name="table">The table: four integers for each entry.</param>
    /// <param name="entry">The entry.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorStep Read(ArrayView<int> table, int entry)
    {
        long at = (long)entry * Words;
        return new(table[at], table[at + 1], TensorPlaces.ReadLong(table, at + 2));
    }

    /// <summary>Reads a tensor's part in one 16-byte access, for threads that do not share what they read.</summary>
    /// <param name="table">The table.</param>
    /// <param name="entry">The entry.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorStep ReadQuad(ArrayView<int> table, int entry)
    {
        Quad quad = table.Cast<Quad>()[entry];
        return new((int)quad.X, (int)quad.Y, TensorPlaces.Long(quad.Z, quad.W));
    }

    /// <summary>Writes what the second of two passes has to know of a tensor: its row, and which tiles need care.</summary>
    /// <param name="table">The table.</param>
    /// <param name="tensor">The tensor's number in the launch.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(ArrayView<int> table, int tensor)
    {
        long at = (long)EntryOf(tensor) * Words;
        table[at] = Row;
        table[at + 1] = Care;
    }
}
