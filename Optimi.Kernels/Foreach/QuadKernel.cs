using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// The kernel for CUDA: a thread moves 16 bytes of each slot (32 of float32 states beside narrower parameters), and reads all of them
/// before it writes the first. A warp covers one tile of 16-bit parameters, or half a tile of float32 parameters.
/// </summary>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
/// <typeparam name="TPass">What is done of the step.</typeparam>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
internal static class QuadKernel<TRule, TApply, TPass, TLayout>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
{
    /// <summary>The methods to compile before the kernel, the innermost first; see <see cref="KernelPart"/>.</summary>
    public static IReadOnlyList<MethodInfo> Parts =>
    [
        .. PartsAlone,
        KernelPart.Of(typeof(QuadKernel<TRule, TApply, TPass, TLayout>), nameof(RunThread)),
    ];

    /// <summary>Those to compile before the kernel for one tensor.</summary>
    public static IReadOnlyList<MethodInfo> PartsAlone =>
    [
        KernelPart.StepOf<TLayout, TRule, TApply, TPass, QuadWords>(),
        KernelPart.Of(typeof(TLayout), nameof(ILayout.StepQuad), typeof(TRule), typeof(TApply), typeof(TPass)),
        KernelPart.Of(typeof(TLayout), nameof(ILayout.Read), typeof(TRule), typeof(TPass)),
        KernelPart.Of(typeof(TLayout), nameof(ILayout.Write), typeof(TPass)),
    ];

    /// <summary>Steps a range of tiles.</summary>
    /// <param name="firstTile">The first tile.</param>
    /// <param name="count">How many tiles.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="memory">The device's memory, from address 0.</param>
    public static void Run(
        int firstTile,
        int count,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        DeviceQuads memory) => RunThread(Grid.IdxX, Group.IdxX, firstTile, count, tables, memory);

    /// <summary>Steps a range of tiles of one tensor, without any tables to be copied before.</summary>
    /// <param name="firstTile">The first tile.</param>
    /// <param name="count">How many tiles.</param>
    /// <param name="row">The scalars.</param>
    /// <param name="places">Where the tensor lies.</param>
    /// <param name="length">How many numbers it has; what lies behind them may be overwritten.</param>
    /// <param name="memory">The device's memory, from address 0.</param>
    public static void RunAlone(
        int firstTile, int count, Row<ScalarLane, TRule, TApply> row, Slabs<long> places, long length, DeviceQuads memory)
    {
        int place = QuadGroup<TLayout>.TileOf(Grid.IdxX, Group.IdxX);
        if (place < count)
            StepQuad(firstTile + place, QuadGroup<TLayout>.QuadOf(Group.IdxX), row, places, memory);
    }

    /// <summary>What one thread does.</summary>
    /// <param name="group">The group's number.</param>
    /// <param name="thread">The thread's number in its group.</param>
    /// <param name="firstTile">The first tile of the launch.</param>
    /// <param name="count">How many tiles the launch has.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="memory">The device's memory, from address 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RunThread(
        int group,
        int thread,
        int firstTile,
        int count,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        DeviceQuads memory)
    {
        int place = QuadGroup<TLayout>.TileOf(group, thread);
        if (place >= count)
            return;
        Tile tile = Tile.Read(tables.Tiles, firstTile + place);
        var verdict = GradientVerdict.Read<TPass>(tables.Verdict);
        TensorStep step = TensorStep.ReadQuad(tables.Steps, verdict.EntryOf(tile.Tensor));
        int rowNumber = step.RowOf(tile, isCareful: false);
        if (rowNumber < 0)
            return;
        var row = Row<ScalarLane, TRule, TApply>.Read<TPass>(tables.Rows, rowNumber, verdict);
        int quad = QuadGroup<TLayout>.QuadOf(thread);
        Slabs<QuadWords> words = TLayout.Read<TRule, TPass>(
            memory, TensorPlaces.ReadQuads(tables.Places, step, tile.Tensor), tile.Number, quad);
        TLayout.StepQuad<TRule, TApply, TPass>(row, ref words);
        // Where to write is read again: to keep it meanwhile would take registers, and fewer threads would fit a multiprocessor.
        TLayout.Write<TPass>(memory, TensorPlaces.ReadQuads(tables.Places, step, tile.Tensor), tile.Number, quad, words);
    }

    /// <summary>Steps a quad of a tensor.</summary>
    /// <param name="tile">The tile's number in the tensor.</param>
    /// <param name="quad">The quad's number in the tile.</param>
    /// <param name="row">The scalars.</param>
    /// <param name="places">Where the tensor lies.</param>
    /// <param name="memory">The device's memory, from address 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StepQuad(
        int tile, int quad, in Row<ScalarLane, TRule, TApply> row, in Slabs<long> places, DeviceQuads memory)
    {
        Slabs<QuadWords> words = TLayout.Read<TRule, TPass>(memory, places, tile, quad);
        TLayout.StepQuad<TRule, TApply, TPass>(row, ref words);
        TLayout.Write<TPass>(memory, places, tile, quad, words);
    }
}
