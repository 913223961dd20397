using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// Between the two passes of a rule that measures: sums up what was measured of each tensor, and makes the tensor's row of scalars
/// for the second pass of it. A group takes a tensor or a part of it, and the last group of a tensor goes on with what all have left.
/// </summary>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
/// <typeparam name="TParts">How the groups share a tensor.</typeparam>
internal static class FinishKernel<TRule, TApply, TParts>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TParts : ITensorParts
{
    /// <summary>Sums up a part of a tensor for each group.</summary>
    /// <param name="firstPart">The part of the first group.</param>
    /// <param name="first">The tables of the first pass.</param>
    /// <param name="measures">The sums of the tiles. Overwritten.</param>
    /// <param name="finish">The parts.</param>
    /// <param name="second">The tables of the second pass, with a row for each tensor.</param>
    public static void Run(
        int firstPart,
        LaunchTables<Row<ScalarLane, TRule, TApply>> first,
        MeasureTables measures,
        FinishTables finish,
        LaunchTables<Row<ScalarLane, TRule, TApply>> second)
    {
        ArrayView<ScalarLane> numbers = SharedMemory.Allocate<ScalarLane>(TreeSum.NumbersAtOnce);
        ArrayView<int> count = SharedMemory.Allocate<int>(1);
        RunGroup<DeviceGroup>(firstPart + Grid.IdxX, numbers, count, first, measures, finish, second);
    }

    /// <summary>What a group does.</summary>
    /// <typeparam name="TGroup">The group.</typeparam>
    /// <param name="partNumber">The number of its part in the launch.</param>
    /// <param name="numbers">Memory that the group shares, of <see cref="TreeSum.NumbersAtOnce"/>.</param>
    /// <param name="shared">A number that the group shares.</param>
    /// <param name="first">The tables of the first pass.</param>
    /// <param name="measures">The sums of the tiles. Overwritten.</param>
    /// <param name="finish">The parts.</param>
    /// <param name="second">The tables of the second pass, with a row for each tensor.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RunGroup<TGroup>(
        int partNumber,
        ArrayView<ScalarLane> numbers,
        ArrayView<int> shared,
        LaunchTables<Row<ScalarLane, TRule, TApply>> first,
        MeasureTables measures,
        FinishTables finish,
        LaunchTables<Row<ScalarLane, TRule, TApply>> second)
        where TGroup : IWorkGroup
    {
        FinishPart part = FinishPart.Read(finish.Parts, partNumber);
        var verdict = GradientVerdict.Read<MeasurePass>(first.Verdict);
        TensorStep step = TensorStep.Read(first.Steps, verdict.EntryOf(part.Tensor));
        int rowNumber = step.Row;
        if (TGroup.Thread == 0 && part.Number == 0)
            new TensorStep(rowNumber < 0 ? TensorStep.NoRow : part.Tensor, step.Care, 0).Write(second.Steps, part.Tensor);
        if (rowNumber < 0)
            return;
        TensorExtent extent = TensorExtent.Read(measures.Tensors, part.Tensor);
        if (!TensorSums.Add<TGroup, TParts>(part, extent, numbers, shared, measures.Sums, finish.PartsDone) || TGroup.Thread != 0)
            return;
        Row<ScalarLane, TRule, TApply> row = first.Rows[rowNumber];
        second.Rows[part.Tensor] = row.Measured(measures.Sums[extent.FirstTile] * extent.InverseLength);
    }
}
