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
/// <typeparam name="TCoders">Which work-items encode.</typeparam>
internal static class CompressedTileKernel<TRule, TApply, TPass, TLayout, TWords, TCoders>
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
        StepTile(firstTile, tables, slabs, shared);
    }

    /// <summary>What a work-item does of the tile of its group.</summary>
    /// <param name="firstTile">The tile of the first group.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="slabs">The slabs from their beginning; an unused slot may be any of them.</param>
    /// <param name="shared">What the group shares.</param>
    /// <remarks>
    /// Behind a barrier the tables are read again: a compiler for processors would keep what was read before for every work-item, and make
    /// no vectors. All work-items come to every barrier, whether their tile takes part or not, since some such compilers go wrong where a
    /// barrier depends on a condition.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StepTile(
        int firstTile,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        Slabs<TWords> slabs,
        ArrayView<ScalarLane> shared)
    {
        int item = Group.IdxX;
        bool stepsByTwo = CompressedTile<TLayout, TWords>.StepsByTwo;
        var place = Find(firstTile, tables, slabs);
        if (place.Row >= 0)
        {
            CompressedTile<TLayout, TWords>.Decode(item, place.Slabs, shared);
            if (!stepsByTwo)
                CompressedTile<TLayout, TWords>.Step<TRule, TApply, TPass>(item, RowAt(place.Row, tables), place.Slabs, shared);
        }

        if (stepsByTwo)
        {
            Group.Barrier();
            place = Find(firstTile, tables, slabs);
            if (place.Row >= 0 && item < TLayout.UnitsPerTile)
                CompressedTile<TLayout, TWords>.Step<TRule, TApply, TPass>(item, RowAt(place.Row, tables), place.Slabs, shared);
        }

        if (!TPass.UpdatesStates)
            return;
        Group.Barrier();
        place = Find(firstTile, tables, slabs);
        RoundingScalars<ScalarLane> rounding = default;
        if (place.Row >= 0)
            rounding = tables.Rows[place.Row].Rounding;
        Encode(item, place.Row >= 0, place.Length, rounding, place.Slabs, shared);
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
        int item = Group.IdxX;
        int tile = firstTile + Grid.IdxX;
        Slabs<TWords> here = TLayout.At(slabs, places, length, tile);
        CompressedTile<TLayout, TWords>.Decode(item, here, shared);
        if (CompressedTile<TLayout, TWords>.StepsByTwo)
            Group.Barrier();
        if (!CompressedTile<TLayout, TWords>.StepsByTwo || item < TLayout.UnitsPerTile)
            CompressedTile<TLayout, TWords>.Step<TRule, TApply, TPass>(item, row, here, shared);
        if (!TPass.UpdatesStates)
            return;
        Group.Barrier();
        Encode(item, true, TensorExtent.LengthOf(length, tile), row.Rounding, here, shared);
    }

    /// <summary>Encodes a tile that a group has stepped.</summary>
    /// <param name="item">The work-item.</param>
    /// <param name="takesPart">Whether the tile was stepped.</param>
    /// <param name="length">How many numbers of the tile are the tensor's own.</param>
    /// <param name="rounding">How to round.</param>
    /// <param name="here">The slabs from the tile on.</param>
    /// <param name="shared">What the group shares.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Encode(
        int item,
        bool takesPart,
        int length,
        in RoundingScalars<ScalarLane> rounding,
        in Slabs<TWords> here,
        ArrayView<ScalarLane> shared)
    {
        if (TCoders.TakeBlocks)
        {
            if (takesPart)
                CompressedTile<TLayout, TWords>.EncodeBlock(item, length, rounding, here, shared);
            return;
        }

        if (takesPart)
            CompressedTile<TLayout, TWords>.FindSeconds(item, length, rounding.Spread, here, shared);
        Group.Barrier();
        if (takesPart)
            CompressedTile<TLayout, TWords>.EncodeSeconds(item, length, rounding.Moments, here, shared);
        if (!CompressedTile<TLayout, TWords>.HasPair)
            return;
        Group.Barrier();
        if (takesPart)
            CompressedTile<TLayout, TWords>.FindFirsts(item, here, shared);
        Group.Barrier();
        if (takesPart)
            CompressedTile<TLayout, TWords>.EncodeFirsts(item, here, shared);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static CompressedPlace<TWords> Find(
        int firstTile, LaunchTables<Row<ScalarLane, TRule, TApply>> tables, Slabs<TWords> slabs) =>
        CompressedPlace<TWords>.Of<TLayout, Row<ScalarLane, TRule, TApply>, TPass>(firstTile + Grid.IdxX, tables, slabs);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Row<ScalarLane, TRule, TApply> RowAt(int number, LaunchTables<Row<ScalarLane, TRule, TApply>> tables) =>
        Row<ScalarLane, TRule, TApply>.Read<TPass>(tables.Rows, number, GradientVerdict.Read<TPass>(tables.Verdict));
}
