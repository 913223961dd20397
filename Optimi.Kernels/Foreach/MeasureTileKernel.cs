using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>The first of two passes in the shape of <see cref="TileKernel{TRule, TApply, TPass, TLayout, TWords}"/>.</summary>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
/// <typeparam name="TWords">How memory is accessed.</typeparam>
/// <typeparam name="TSum">How a group sums up.</typeparam>
internal static class MeasureTileKernel<TRule, TApply, TLayout, TWords, TSum>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TLayout : ILayout
    where TWords : struct, IDeviceMemory<TWords>, IWords<ScalarLane>
    where TSum : ITileSum
{
    /// <summary>The methods to compile before the kernel, the innermost first; see <see cref="KernelPart"/>.</summary>
    public static IReadOnlyList<MethodInfo> Parts => TileKernel<TRule, TApply, MeasurePass, TLayout, TWords>.Parts;

    /// <summary>Steps the states of one tile for each group, and sums up what was measured.</summary>
    /// <param name="firstTile">The tile of the first group.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="measures">Where the sums go.</param>
    /// <param name="slabs">The slabs from their beginning; an unused slot may be any of them.</param>
    public static void Run(
        int firstTile,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        MeasureTables measures,
        Slabs<TWords> slabs)
    {
        ArrayView<ScalarLane> measured = SharedMemory.Allocate<ScalarLane>(TreeSum.BlockLength);
        int number = firstTile + Grid.IdxX;
        Tile tile = Tile.Read(tables.Tiles, number);
        var verdict = GradientVerdict.Read<MeasurePass>(tables.Verdict);
        TensorStep step = TensorStep.Read(tables.Steps, verdict.EntryOf(tile.Tensor));
        // Before the group may end, as in TileKernel.
        Slabs<TWords> here = At(tile, step, measured, tables.Places, slabs);
        int rowNumber = step.RowOf(tile, TWords.IsCareful);
        if (rowNumber < 0)
            return;
        var row = Row<ScalarLane, TRule, TApply>.Read<MeasurePass>(tables.Rows, rowNumber, verdict);
        TileGroup<TLayout>.Step<TRule, TApply, MeasurePass, TWords>(Group.IdxX, row, ref here);
        SumUp<DeviceGroup>(tile, measured, measures);
    }

    /// <summary>The slabs from a tile on, and the memory for what is measured of it.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="step">Its tensor's part in the step.</param>
    /// <param name="measured">Memory that the group shares, of <see cref="TreeSum.BlockLength"/> at least.</param>
    /// <param name="places">Where the tensors lie.</param>
    /// <param name="slabs">The slabs from their beginning.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Slabs<TWords> At(
        Tile tile, TensorStep step, ArrayView<ScalarLane> measured, ArrayView<int> places, Slabs<TWords> slabs)
    {
        Slabs<TWords> here = TLayout.At(
            slabs, TensorPlaces.Read(places, step, tile.Tensor), TensorPlaces.ReadLength(places, tile.Tensor), tile.Number);
        here.Measured = TWords.Over(measured.Cast<byte>());
        here.MeasuredHigh = here.Measured.Skip(TLayout.UnitsPerTile);
        return here;
    }

    /// <summary>What a group does when all its work-items have stepped.</summary>
    /// <typeparam name="TGroup">The group.</typeparam>
    /// <param name="tile">The tile.</param>
    /// <param name="measured">The memory that the group shares.</param>
    /// <param name="measures">Where the sum goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SumUp<TGroup>(Tile tile, ArrayView<ScalarLane> measured, MeasureTables measures)
        where TGroup : IWorkGroup
    {
        TensorExtent extent = TensorExtent.Read(measures.Tensors, tile.Tensor);
        int number = extent.FirstTile + tile.Number;
        ScalarLane sum = TSum.Of<TGroup>(measured, TLayout.UnitsPerTile, extent.LengthOf(number));
        if (TGroup.Thread == 0)
            measures.Sums[number] = sum;
    }
}
