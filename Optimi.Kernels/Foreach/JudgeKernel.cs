using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// Before a step: sums up the squares of all gradients, tensor by tensor and then all of them, and makes the verdict that the step reads.
/// Groups take parts of tensors in turn, and the last one that is done goes on with what all have left.
/// </summary>
/// <typeparam name="TParts">How the groups share a tensor.</typeparam>
internal static class JudgeKernel<TParts>
    where TParts : ITensorParts
{
    /// <summary>Judges gradients.</summary>
    /// <param name="firstPart">The first part.</param>
    /// <param name="parts">How many parts there are.</param>
    /// <param name="firstTensor">The first tensor.</param>
    /// <param name="tensors">How many tensors there are.</param>
    /// <param name="scalars">What is asked of them.</param>
    /// <param name="tables">The tables.</param>
    public static void Run(int firstPart, int parts, int firstTensor, int tensors, JudgeScalars scalars, JudgeTables tables)
    {
        ArrayView<ScalarLane> numbers = SharedMemory.Allocate<ScalarLane>(TreeSum.NumbersAtOnce);
        ArrayView<int> count = SharedMemory.Allocate<int>(1);
        RunGroup<DeviceGroup>(Grid.IdxX, Grid.DimX, numbers, count, firstPart, parts, firstTensor, tensors, scalars, tables);
    }

    /// <summary>What a group does.</summary>
    /// <typeparam name="TGroup">The group.</typeparam>
    /// <param name="group">The group's number.</param>
    /// <param name="groups">How many groups there are.</param>
    /// <param name="numbers">Memory that the group shares, of <see cref="TreeSum.NumbersAtOnce"/>.</param>
    /// <param name="shared">A number that the group shares.</param>
    /// <param name="firstPart">The first part.</param>
    /// <param name="parts">How many parts there are.</param>
    /// <param name="firstTensor">The first tensor.</param>
    /// <param name="tensors">How many tensors there are.</param>
    /// <param name="scalars">What is asked of them.</param>
    /// <param name="tables">The tables.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RunGroup<TGroup>(
        int group,
        int groups,
        ArrayView<ScalarLane> numbers,
        ArrayView<int> shared,
        int firstPart,
        int parts,
        int firstTensor,
        int tensors,
        JudgeScalars scalars,
        JudgeTables tables)
        where TGroup : IWorkGroup
    {
        for (int i = group; i < parts; i += groups)
        {
            FinishPart part = FinishPart.Read(tables.Parts, firstPart + i);
            if (tables.TakesPart[part.Tensor] != 0)
            {
                TensorExtent extent = TensorExtent.Read(tables.Tensors, part.Tensor);
                TensorSums.Add<TGroup, TParts>(part, extent, numbers, shared, tables.Sums, tables.PartsDone);
            }
        }

        if (!TParts.CountIn<TGroup>(tables.PartsDone, shared, (int)tables.Totals.Length, groups))
            return;
        for (int i = TGroup.Thread; i < tensors; i += TGroup.Size)
        {
            int tensor = firstTensor + i;
            TensorExtent extent = TensorExtent.Read(tables.Tensors, tensor);
            bool isThere = tables.TakesPart[tensor] != 0 && extent.TileCount > 0;
            ScalarLane sum = isThere ? tables.Sums[extent.FirstTile] : 0;
            tables.Result[JudgeTables.SumsOfTensors + tensor] = (int)Interop.FloatAsInt(sum.Value);
            tables.Totals[i] = sum;
        }

        MemoryFence.GroupLevel();
        TGroup.Barrier();
        TensorSums.FoldAll<TGroup>(numbers, tables.Totals, 0, tensors, 1);
        if (TGroup.Thread != 0)
            return;
        ScalarLane total = tensors > 0 ? tables.Totals[0] : 0;
        GradientVerdict verdict = scalars.Of(total);
        tables.Result[0] = verdict.StoredFactor;
        tables.Result[1] = verdict.KeepMask;
        tables.Result[JudgeTables.Sum] = (int)Interop.FloatAsInt(total.Value);
    }
}
