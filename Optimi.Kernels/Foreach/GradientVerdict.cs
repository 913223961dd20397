using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>What a pass over all gradients has found before the step: it stays on the device.</summary>
/// <param name="Factor">What gradients are multiplied by, beside what their rows say.</param>
/// <param name="KeepMask">-1, or 0 if the step is not made. Compilers for processors make no vectors of work-items where there is a second
/// condition for them; so it chooses what the first one looks at.</param>
internal readonly record struct GradientVerdict(float Factor, int KeepMask)
{
    /// <summary>How many numbers of it kernels read.</summary>
    public const int Length = 2;

    /// <summary>Gradients as they are.</summary>
    public static GradientVerdict None => new(1, -1);

    /// <summary>Whether the step is not made.</summary>
    public bool IsSkipped => KeepMask == 0;

    /// <summary>The factor as a table of integers holds it.</summary>
    public int StoredFactor => (int)Interop.FloatAsInt(Factor);

    /// <summary>Reads it, before a group may end: of what is only read afterwards, compilers for processors do not see that it is the same for
    /// all work-items.</summary>
    /// <typeparam name="TPass">What is done of the step: whether it has to look.</typeparam>
    /// <param name="table">The factor, and the mask: integers, of which they see that storing numbers does not change them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GradientVerdict Read<TPass>(ArrayView<int> table)
        where TPass : IPass => TPass.MayScale ? new(Interop.IntAsFloat((uint)table[0]), table[1]) : None;

    /// <summary>Where a tensor's part in the step is in the table of them: of a step that is not made the first entry, of a tensor that takes no
    /// part.</summary>
    /// <param name="tensor">The tensor's number in the launch.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int EntryOf(int tensor) => TensorStep.EntryOf(tensor) & KeepMask;
}
