using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>The first of two passes in the shape of <see cref="CompressedQuadKernel{TRule, TApply, TPass, TLayout}"/>.</summary>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
internal static class CompressedMeasureQuadKernel<TRule, TApply, TLayout>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TLayout : ILayout
{
    /// <summary>The methods to compile before the kernel, the innermost first; see <see cref="KernelPart"/>.</summary>
    public static IReadOnlyList<MethodInfo> Parts => CompressedQuadKernel<TRule, TApply, MeasurePass, TLayout>.Parts;

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
        int place = QuadGroup<TLayout>.TileOf(Grid.IdxX, Group.IdxX);
        if (place >= count)
            return;
        Tile tile = Tile.Read(tables.Tiles, firstTile + place);
        var verdict = GradientVerdict.Read<MeasurePass>(tables.Verdict);
        TensorStep step = TensorStep.ReadQuad(tables.Steps, verdict.EntryOf(tile.Tensor));
        int rowNumber = step.RowOf(tile, isCareful: false);
        if (rowNumber < 0)
            return;
        int quad = QuadGroup<TLayout>.QuadOf(Group.IdxX);
        TensorExtent extent = TensorExtent.Read(measures.Tensors, tile.Tensor);
        int number = extent.FirstTile + tile.Number;
        int length = extent.LengthOf(number);
        var row = Row<ScalarLane, TRule, TApply>.Read<MeasurePass>(tables.Rows, rowNumber, verdict);
        Slabs<long> places = TensorPlaces.ReadQuads(tables.Places, step, tile.Tensor);
        CompressedThread thread = CompressedQuad<TLayout>.Read<TRule, MeasurePass>(memory, places, tile.Number, quad);
        TLayout.StepQuad<TRule, TApply, MeasurePass>(row, ref thread.Words);
        CompressedWarp<TLayout>.Encode(ref thread, length, row.Rounding, memory, places, tile.Number, quad);
        TLayout.Write<MeasurePass>(memory, places, tile.Number, quad, thread.Words);
        MeasuredQuads measured = MeasuredOf(thread, quad, length);
        uint sum = MeasureQuadKernel<TRule, TApply, TLayout>.Sum<DeviceWarp, uint>(
            measured.First.X,
            measured.First.Y,
            measured.First.Z,
            measured.First.W,
            measured.Second.X,
            measured.Second.Y,
            measured.Second.Z,
            measured.Second.W);
        if (quad == 0)
            measures.Sums[number] = ScalarLane.FromBits(sum);
    }

    /// <summary>What a thread has measured; 0 of numbers that are not the tensor's.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="quad">Its quad's number in the tile.</param>
    /// <param name="length">How many numbers of the tile are the tensor's own.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static MeasuredQuads MeasuredOf(in CompressedThread thread, int quad, int length) => new()
    {
        First = thread.Words.Measured.First.Prefix(
            TreeSum.FirstNumbers(TLayout.UnitsPerTile, length) - (quad * Quad.Length)),
        Second = thread.Words.MeasuredHigh.First.Prefix((length / 2) - (quad * Quad.Length)),
    };
}
