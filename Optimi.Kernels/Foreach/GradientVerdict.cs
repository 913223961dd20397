using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Util;

namespace Optimi.Kernels;

/// <summary>What a pass over all gradients has found before the step: it stays on the device.</summary>
/// <param name="Factor">What gradients are multiplied by, beside what their rows say.</param>
/// <param name="IsSkipped">Not 0 if the step is not made.</param>
public readonly record struct GradientVerdict(float Factor, float IsSkipped)
{
    /// <summary>How many numbers of it kernels read.</summary>
    public const int Length = 2;

    /// <summary>Gradients as they are.</summary>
    public static GradientVerdict None => new(1, 0);

    /// <summary>Reads it.</summary>
    /// <param name="table">The factor, and whether the step is skipped.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GradientVerdict Read(ArrayView<float> table) => new(table[0], table[1]);

    /// <summary>The row of scalars of a tensor.</summary>
    /// <param name="row">The row unless the step is skipped.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int RowOf(int row) => Utilities.Select(IsSkipped != 0, TensorStep.NoRow, row);

    /// <summary>The number of the row of scalars for a tile, or <see cref="TensorStep.NoRow"/> if it is not stepped.</summary>
    /// <typeparam name="TPass">What is done of the step.</typeparam>
    /// <param name="table">The verdict, if the pass has to look at it.</param>
    /// <param name="row">The row unless the step is skipped.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int RowOf<TPass>(ArrayView<float> table, int row)
        where TPass : IPass => TPass.MayScale ? Read(table).RowOf(row) : row;
}
