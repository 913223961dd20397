using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Util;

namespace Optimi.Kernels;

/// <summary>
/// <see cref="TileKernel{TRule, TApply, TPass, TLayout, TWords}"/> for layouts with states in groups; see
/// <see cref="CompressedTile{TLayout, TWords}"/>.
/// </summary>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
/// <typeparam name="TPass">What is done of the step.</typeparam>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
/// <typeparam name="TWords">How memory is accessed.</typeparam>
/// <typeparam name="TCoders">Which work-items decode and encode.</typeparam>
public static class CompressedTileKernel<TRule, TApply, TPass, TLayout, TWords, TCoders>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
    where TWords : struct, IDeviceMemory<TWords>, IWords<ScalarLane>
    where TCoders : ICoders
{
    /// <summary>The methods to compile before the kernel, the innermost first; see <see cref="KernelPart"/>.</summary>
    public static IReadOnlyList<MethodInfo> Parts => [KernelPart.StepOf<TLayout, TRule, TApply, TPass, TWords>()];

    /// <summary>Steps one tile for each group, of <see cref="CompressedTile{TLayout, TWords}.Size"/>.</summary>
    /// <param name="firstTile">The tile of the first group.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="slabs">The slabs from their beginning; an unused slot may be any of them.</param>
    public static void Run(int firstTile, LaunchTables<Row<ScalarLane, TRule, TApply>> tables, Slabs<TWords> slabs)
    {
        ArrayView<ScalarLane> shared = SharedMemory.Allocate<ScalarLane>(CompressedTile<TLayout, TWords>.SharedLength);
        int number = firstTile + Grid.IdxX;
        Tile tile = Tile.Read(tables.Tiles, number);
        var verdict = GradientVerdict.Read<TPass>(tables.Verdict);
        TensorStep step = TensorStep.Read(tables.Steps, verdict.EntryOf(tile.Tensor));
        // Before the group may end, as in TileKernel.
        long length = TensorPlaces.ReadLength(tables.Places, tile.Tensor);
        Slabs<TWords> here = TLayout.At(slabs, TensorPlaces.Read(tables.Places, step, tile.Tensor), length, tile.Number);
        int rowNumber = step.RowOf(tile, TWords.IsCareful);
        // All work-items come to every barrier, whether their tile takes part or not: some compilers for processors go wrong where a barrier
        // depends on a condition and loops come before it.
        var row = Row<ScalarLane, TRule, TApply>.Read<TPass>(tables.Rows, Math.Max(rowNumber, 0), verdict);
        StepTile(rowNumber >= 0, TensorExtent.LengthOf(length, tile.Number), row, here, shared);
    }

    /// <summary>Steps one tile of one tensor for each group, without any tables to be copied before.</summary>
    /// <param name="firstTile">The tile of the first group.</param>
    /// <param name="row">The scalars.</param>
    /// <param name="places">Where the tensor lies.</param>
    /// <param name="length">How many numbers it has.</param>
    /// <param name="slabs">The slabs from their beginning; an unused slot may be any of them.</param>
    public static void RunAlone(
        int firstTile, Row<ScalarLane, TRule, TApply> row, Slabs<long> places, long length, Slabs<TWords> slabs)
    {
        ArrayView<ScalarLane> shared = SharedMemory.Allocate<ScalarLane>(CompressedTile<TLayout, TWords>.SharedLength);
        int tile = firstTile + Grid.IdxX;
        StepTile(true, TensorExtent.LengthOf(length, tile), row, TLayout.At(slabs, places, length, tile), shared);
    }

    /// <summary>What a work-item does of a tile.</summary>
    /// <param name="takesPart">Whether the tile is stepped.</param>
    /// <param name="length">How many numbers of the tile are the tensor's own.</param>
    /// <param name="row">The scalars.</param>
    /// <param name="here">The slabs from the tile on.</param>
    /// <param name="shared">What the group shares.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StepTile(
        bool takesPart, int length, in Row<ScalarLane, TRule, TApply> row, in Slabs<TWords> here, ArrayView<ScalarLane> shared)
    {
        int item = Group.IdxX;
        int items = Utilities.Select(takesPart, CompressedTile<TLayout, TWords>.Size, 0);
        if (item < items)
        {
            if (TCoders.TakeBlocks)
                CompressedTile<TLayout, TWords>.DecodeBlock(item, here, shared);
            else
                CompressedTile<TLayout, TWords>.Decode(item, here, shared);
        }

        if (TCoders.TakeBlocks || CompressedTile<TLayout, TWords>.StepsByTwo)
            Group.Barrier();
        if (item < Math.Min(items, TLayout.UnitsPerTile))
            CompressedTile<TLayout, TWords>.Step<TRule, TApply, TPass>(item, row, here, shared);
        if (!TPass.UpdatesStates)
            return;
        Group.Barrier();
        if (TCoders.TakeBlocks)
        {
            if (item < items)
                CompressedTile<TLayout, TWords>.EncodeBlock(item, length, row.Rounding, here, shared);
            return;
        }

        if (item < items)
            CompressedTile<TLayout, TWords>.FindSeconds(item, length, row.Rounding.Spread, here, shared);
        Group.Barrier();
        if (item < items)
            CompressedTile<TLayout, TWords>.EncodeSeconds(item, length, row.Rounding.Moments, here, shared);
        if (!CompressedTile<TLayout, TWords>.HasPair)
            return;
        Group.Barrier();
        if (item < items)
            CompressedTile<TLayout, TWords>.FindFirsts(item, here, shared);
        Group.Barrier();
        if (item < items)
            CompressedTile<TLayout, TWords>.EncodeFirsts(item, here, shared);
    }
}
