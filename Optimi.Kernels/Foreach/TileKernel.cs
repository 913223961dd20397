using System.Reflection;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// The kernel for OpenCL and for the simulation, and for memory that is not aligned or padded everywhere: one work-group
/// for a tile (<see cref="TileGroup{TLayout}"/>), no loop. The row of scalars is the same for the whole group and is seen to be,
/// which is what compilers for CPUs need to vectorise it.
/// </summary>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
/// <typeparam name="TPass">What is done of the step.</typeparam>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
/// <typeparam name="TWords">How memory is accessed.</typeparam>
internal static class TileKernel<TRule, TApply, TPass, TLayout, TWords>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
    where TWords : struct, IDeviceMemory<TWords>, IWords<ScalarLane>
{
    /// <summary>The methods to compile before the kernel, the innermost first; see <see cref="KernelPart"/>.</summary>
    public static IReadOnlyList<MethodInfo> Parts =>
    [
        KernelPart.StepOf<TLayout, TRule, TApply, TPass, TWords>(),
        KernelPart.Of(
            typeof(TileGroup<TLayout>),
            nameof(TileGroup<>.Step),
            typeof(TRule),
            typeof(TApply),
            typeof(TPass),
            typeof(TWords)),
    ];

    /// <summary>Steps one tile for each group, of <see cref="TileGroup{TLayout}.Size"/>.</summary>
    /// <param name="firstTile">The tile of the first group.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="slabs">The slabs from their beginning; an unused slot may be any of them.</param>
    public static void Run(
        int firstTile,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        Slabs<TWords> slabs)
    {
        int number = firstTile + Grid.IdxX;
        Tile tile = Tile.Read(tables.Tiles, number);
        var verdict = GradientVerdict.Read<TPass>(tables.Verdict);
        TensorStep step = TensorStep.Read(tables.Steps, verdict.EntryOf(tile.Tensor));
        // Before the group may end: of what is only read afterwards, compilers for processors do not see that it is the same for all
        // work-items, and make no vectors of them.
        Slabs<TWords> here = TLayout.At(
            slabs,
            TensorPlaces.Read(tables.Places, step, tile.Tensor),
            TensorPlaces.ReadLength(tables.Places, tile.Tensor),
            tile.Number);
        int rowNumber = step.RowOf(tile, TWords.IsCareful);
        if (rowNumber < 0)
            return;
        var row = Row<ScalarLane, TRule, TApply>.Read<TPass>(tables.Rows, rowNumber, verdict);
        TileGroup<TLayout>.Step<TRule, TApply, TPass, TWords>(Group.IdxX, row, ref here);
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
        Slabs<TWords> here = TLayout.At(slabs, places, length, firstTile + Grid.IdxX);
        TileGroup<TLayout>.Step<TRule, TApply, TPass, TWords>(Group.IdxX, row, ref here);
    }
}
