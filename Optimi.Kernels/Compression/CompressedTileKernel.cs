using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU;

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
public static class CompressedTileKernel<TRule, TApply, TPass, TLayout, TWords>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
    where TWords : struct, IDeviceMemory<TWords>, IWords<ScalarLane>
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
        if (rowNumber < 0)
            return;
        var row = Row<ScalarLane, TRule, TApply>.Read<TPass>(tables.Rows, rowNumber, verdict);
        StepTile(TensorExtent.LengthOf(length, tile.Number), row, here, shared);
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
        StepTile(TensorExtent.LengthOf(length, tile), row, TLayout.At(slabs, places, length, tile), shared);
    }

    /// <summary>What a work-item does of a tile.</summary>
    /// <param name="length">How many numbers of the tile are the tensor's own.</param>
    /// <param name="row">The scalars.</param>
    /// <param name="here">The slabs from the tile on.</param>
    /// <param name="shared">What the group shares.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StepTile(
        int length, in Row<ScalarLane, TRule, TApply> row, in Slabs<TWords> here, ArrayView<ScalarLane> shared)
    {
        int item = Group.IdxX;
        CompressedTile<TLayout, TWords>.Decode(item, here, shared);
        if (CompressedTile<TLayout, TWords>.StepsByTwo)
            Group.Barrier();
        if (!CompressedTile<TLayout, TWords>.StepsByTwo || item < TLayout.UnitsPerTile)
            CompressedTile<TLayout, TWords>.Step<TRule, TApply, TPass>(item, row, here, shared);
        if (!TPass.UpdatesStates)
            return;
        Group.Barrier();
        CompressedTile<TLayout, TWords>.FindSeconds(item, length, row.Rounding.Spread, here, shared);
        Group.Barrier();
        CompressedTile<TLayout, TWords>.EncodeSeconds(item, length, row.Rounding.Moments, here, shared);
        if (!CompressedTile<TLayout, TWords>.HasPair)
            return;
        Group.Barrier();
        CompressedTile<TLayout, TWords>.FindFirsts(item, here, shared);
        Group.Barrier();
        CompressedTile<TLayout, TWords>.EncodeFirsts(item, here, shared);
    }
}
