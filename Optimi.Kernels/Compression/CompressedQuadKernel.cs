using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// <see cref="QuadKernel{TRule, TApply, TPass, TLayout}"/> for layouts with states in groups; see
/// <see cref="CompressedQuad{TLayout}"/>. A warp steps a tile.
/// </summary>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
/// <typeparam name="TPass">What is done of the step.</typeparam>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
internal static class CompressedQuadKernel<TRule, TApply, TPass, TLayout>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
{
    /// <summary>The methods to compile before the kernel, the innermost first; see <see cref="KernelPart"/>.</summary>
    public static IReadOnlyList<MethodInfo> Parts => QuadKernel<TRule, TApply, TPass, TLayout>.PartsAlone;

    /// <summary>Steps a range of tiles.</summary>
    /// <param name="firstTile">The first tile.</param>
    /// <param name="count">How many tiles.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="memory">The device's memory, from address 0.</param>
    public static void Run(
        int firstTile, int count, LaunchTables<Row<ScalarLane, TRule, TApply>> tables, DeviceQuads memory)
    {
        int place = QuadGroup<TLayout>.TileOf(Grid.IdxX, Group.IdxX);
        if (place >= count)
            return;
        Tile tile = Tile.Read(tables.Tiles, firstTile + place);
        var verdict = GradientVerdict.Read<TPass>(tables.Verdict);
        TensorStep step = TensorStep.ReadQuad(tables.Steps, verdict.EntryOf(tile.Tensor));
        int rowNumber = step.RowOf(tile, isCareful: false);
        if (rowNumber < 0)
            return;
        StepThread(
            tile.Number,
            TensorPlaces.ReadLength(tables.Places, tile.Tensor),
            Row<ScalarLane, TRule, TApply>.Read<TPass>(tables.Rows, rowNumber, verdict),
            TensorPlaces.ReadQuads(tables.Places, step, tile.Tensor),
            memory);
    }

    /// <summary>Steps a range of tiles of one tensor, without any tables to be copied before.</summary>
    /// <param name="firstTile">The first tile.</param>
    /// <param name="count">How many tiles.</param>
    /// <param name="row">The scalars.</param>
    /// <param name="places">Where the tensor lies.</param>
    /// <param name="length">How many numbers it has.</param>
    /// <param name="memory">The device's memory, from address 0.</param>
    public static void RunAlone(
        int firstTile,
        int count,
        Row<ScalarLane, TRule, TApply> row,
        Slabs<long> places,
        long length,
        DeviceQuads memory)
    {
        int place = QuadGroup<TLayout>.TileOf(Grid.IdxX, Group.IdxX);
        if (place < count)
            StepThread(firstTile + place, length, row, places, memory);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StepThread(
        int tile, long length, in Row<ScalarLane, TRule, TApply> row, in Slabs<long> places, DeviceQuads memory)
    {
        int quad = QuadGroup<TLayout>.QuadOf(Group.IdxX);
        CompressedThread thread = CompressedQuad<TLayout>.Read<TRule, TPass>(memory, places, tile, quad);
        TLayout.StepQuad<TRule, TApply, TPass>(row, ref thread.Words);
        if (TPass.UpdatesStates)
            CompressedWarp<TLayout>.Encode(ref thread, TensorExtent.LengthOf(length, tile), row.Rounding, memory, places, tile, quad);
        TLayout.Write<TPass>(memory, places, tile, quad, thread.Words);
    }
}
