using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// The first of two passes in the shape of <see cref="QuadKernel{TRule, TApply, TPass, TLayout}"/>. A warp takes a tile, so that it can
/// sum it up by itself.
/// </summary>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
internal static class MeasureQuadKernel<TRule, TApply, TLayout>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TLayout : ILayout
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = Tiles * WarpSum.Lanes;

    /// <summary>Tiles of a group.</summary>
    public const int Tiles = 4;

    /// <summary>The methods to compile before the kernel, the innermost first; see <see cref="KernelPart"/>.</summary>
    public static IReadOnlyList<MethodInfo> Parts =>
    [
        .. QuadKernel<TRule, TApply, MeasurePass, TLayout>.Parts.SkipLast(1),
        KernelPart.Of(typeof(MeasureQuadKernel<TRule, TApply, TLayout>), nameof(StepLane)),
    ];

    /// <summary>Whether a tile has two quads for each lane of a warp.</summary>
    private static bool TakesTwo => TLayout.UnitsPerTile == 2 * WarpSum.Lanes * Quad.Length;

    /// <summary>Steps the states of a range of tiles, and sums up what was measured in each.</summary>
    /// <param name="firstTile">The first tile.</param>
    /// <param name="count">How many tiles.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="measures">Where the sums go.</param>
    /// <param name="memory">The device's memory, from address 0.</param>
    public static void Run(
        int firstTile,
        int count,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        MeasureTables measures,
        DeviceQuads memory)
    {
        int place = (Grid.IdxX * Tiles) + (Group.IdxX / WarpSum.Lanes);
        if (place >= count)
            return;
        Tile tile = Tile.Read(tables.Tiles, firstTile + place);
        var verdict = GradientVerdict.Read<MeasurePass>(tables.Verdict);
        TensorStep step = TensorStep.ReadQuad(tables.Steps, verdict.EntryOf(tile.Tensor));
        int rowNumber = step.RowOf(tile, isCareful: false);
        if (rowNumber < 0)
            return;
        int lane = Warp.LaneIdx;
        TensorExtent extent = TensorExtent.Read(measures.Tensors, tile.Tensor);
        int number = extent.FirstTile + tile.Number;
        MeasuredQuads measured = StepLane(
            lane,
            tile,
            step,
            tables.Places,
            Row<ScalarLane, TRule, TApply>.Read<MeasurePass>(tables.Rows, rowNumber, verdict),
            extent.LengthOf(number),
            memory);
        uint sum = Sum<DeviceWarp, uint>(
            measured.First.X,
            measured.First.Y,
            measured.First.Z,
            measured.First.W,
            measured.Second.X,
            measured.Second.Y,
            measured.Second.Z,
            measured.Second.W);
        if (lane == 0)
            measures.Sums[number] = ScalarLane.FromBits(sum);
    }

    /// <summary>What one thread of the warp that takes a tile does of the step.</summary>
    /// <param name="lane">The thread's number in its warp.</param>
    /// <param name="tile">The tile.</param>
    /// <param name="step">Its tensor's part in the step.</param>
    /// <param name="places">Where the tensors lie.</param>
    /// <param name="row">The scalars.</param>
    /// <param name="length">How many numbers of the tile are the tensor's own.</param>
    /// <param name="memory">The device's memory, from address 0.</param>
    /// <returns>What was measured; 0 of numbers that are not the tensor's.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static MeasuredQuads StepLane(
        int lane,
        Tile tile,
        TensorStep step,
        ArrayView<int> places,
        Row<ScalarLane, TRule, TApply> row,
        int length,
        DeviceQuads memory)
    {
        int secondLane = lane + WarpSum.Lanes;
        Slabs<long> there = TensorPlaces.ReadQuads(places, step, tile.Tensor);
        Slabs<QuadWords> words = TLayout.Read<TRule, MeasurePass>(memory, there, tile.Number, lane);
        Slabs<QuadWords> secondWords = default;
        if (TakesTwo)
            secondWords = TLayout.Read<TRule, MeasurePass>(memory, there, tile.Number, secondLane);
        TLayout.StepQuad<TRule, TApply, MeasurePass>(row, ref words);
        if (TakesTwo)
            TLayout.StepQuad<TRule, TApply, MeasurePass>(row, ref secondWords);
        // Read again, as in QuadKernel.
        there = TensorPlaces.ReadQuads(places, step, tile.Tensor);
        TLayout.Write<MeasurePass>(memory, there, tile.Number, lane, words);
        if (TakesTwo)
            TLayout.Write<MeasurePass>(memory, there, tile.Number, secondLane, secondWords);
        MeasuredQuads measured = default;
        measured.First = words.Measured.First.Prefix(
            TreeSum.FirstNumbers(TLayout.UnitsPerTile, length) - (lane * Quad.Length));
        measured.Second = TakesTwo
            ? secondWords.Measured.First.Prefix(length - (secondLane * Quad.Length))
            : words.MeasuredHigh.First.Prefix((length / 2) - (lane * Quad.Length));
        return measured;
    }

    /// <summary>The sum of a tile, from what each thread of its warp has measured.</summary>
    /// <typeparam name="TWarp">The warp.</typeparam>
    /// <typeparam name="TRegister">A register of each thread.</typeparam>
    /// <param name="x">The first number of the first quads.</param>
    /// <param name="y">The second number of the first quads.</param>
    /// <param name="z">The third number of the first quads.</param>
    /// <param name="w">The fourth number of the first quads.</param>
    /// <param name="secondX">The first number of the second quads.</param>
    /// <param name="secondY">The second number of the second quads.</param>
    /// <param name="secondZ">The third number of the second quads.</param>
    /// <param name="secondW">The fourth number of the second quads.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister Sum<TWarp, TRegister>(
        TRegister x,
        TRegister y,
        TRegister z,
        TRegister w,
        TRegister secondX,
        TRegister secondY,
        TRegister secondZ,
        TRegister secondW)
        where TWarp : IWarp<TRegister>
        where TRegister : unmanaged
    {
        if (TakesTwo)
        {
            return WarpSum.OfQuads<TWarp, TRegister>(
                TWarp.Add(x, secondX), TWarp.Add(y, secondY), TWarp.Add(z, secondZ), TWarp.Add(w, secondW));
        }

        return TWarp.Add(
            WarpSum.OfQuads<TWarp, TRegister>(x, y, z, w),
            WarpSum.OfQuads<TWarp, TRegister>(secondX, secondY, secondZ, secondW));
    }
}
