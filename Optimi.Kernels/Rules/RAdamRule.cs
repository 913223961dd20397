using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// RAdam: Adam while the variance of its adaptive learning rate is tractable, before that momentum alone. The rectification itself
/// is in the scale of the update.
/// </summary>
/// <remarks>Liu et al., <see href="https://arxiv.org/abs/1908.03265">On the Variance of the Adaptive Learning Rate and
/// Beyond</see>.</remarks>
/// <typeparam name="TLane">The register.</typeparam>
public struct RAdamRule<TLane> : IUpdateRule<RAdamRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>Adam's part.</summary>
    public AdamRule<TLane> Adam;

    /// <summary>Not 0 once the variance is tractable.</summary>
    public TLane IsRectified;

    /// <inheritdoc/>
    public static IReadOnlyList<string> StateNames => AdamRule<TLane>.StateNames;

    /// <inheritdoc/>
    public static StateKind KindOf(int state) => AdamRule<TLane>.KindOf(state);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states)
    {
        TLane x = Adam.Step(parameter, gradient, ref states);
        return TLane.Choose(IsRectified, x, states.First);
    }
}
