using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>A tile of a launch as a work-group finds it in the tables.</summary>
/// <typeparam name="TWords">How memory is accessed.</typeparam>
/// <param name="slabs">The slabs from the tile on.</param>
/// <param name="length">How many numbers of the tile are the tensor's own.</param>
/// <param name="row">The number of its row of scalars; negative if it takes no part.</param>
internal readonly struct CompressedPlace<TWords>(Slabs<TWords> slabs, int length, int row)
    where TWords : struct, IDeviceMemory<TWords>, IWords<ScalarLane>
{
    /// <summary>The slabs from the tile on.</summary>
    public readonly Slabs<TWords> Slabs = slabs;

    /// <summary>How many numbers of the tile are the tensor's own.</summary>
    public readonly int Length = length;

    /// <summary>The number of its row of scalars; negative if it takes no part.</summary>
    public readonly int Row = row;

    /// <summary>Finds a tile.</summary>
    /// <typeparam name="TLayout">The storage of the slots.</typeparam>
    /// <typeparam name="TRow">The scalars of a step.</typeparam>
    /// <typeparam name="TPass">What is done of the step.</typeparam>
    /// <param name="number">The tile's number in the launch.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="slabs">The slabs from their beginning.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CompressedPlace<TWords> Of<TLayout, TRow, TPass>(int number, LaunchTables<TRow> tables, Slabs<TWords> slabs)
        where TLayout : ILayout
        where TRow : unmanaged
        where TPass : IPass
    {
        Tile tile = Tile.Read(tables.Tiles, number);
        var verdict = GradientVerdict.Read<TPass>(tables.Verdict);
        TensorStep step = TensorStep.Read(tables.Steps, verdict.EntryOf(tile.Tensor));
        long length = TensorPlaces.ReadLength(tables.Places, tile.Tensor);
        return new(
            TLayout.At(slabs, TensorPlaces.Read(tables.Places, step, tile.Tensor), length, tile.Number),
            TensorExtent.LengthOf(length, tile.Number),
            step.RowOf(tile, TWords.IsCareful));
    }
}
