using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>Weight decay as part of the gradient.</summary>
internal static class WeightDecay
{
    /// <summary>The gradient with the L2 penalty's: <c>g + λ p</c>, or <c>g</c> itself where λ is 0.</summary>
    /// <typeparam name="TLane">The register.</typeparam>
    /// <param name="l2">λ.</param>
    /// <param name="parameter">p.</param>
    /// <param name="gradient">g.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane IntoGradient<TLane>(TLane l2, TLane parameter, TLane gradient)
        where TLane : unmanaged, ILane<TLane> =>
        TLane.Choose(l2, TLane.MultiplyAdd(l2, parameter, gradient), gradient);
}
