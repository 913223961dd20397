using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// The first and second moments of Adam's kind: the debiased moving averages m of the gradient and v of its square, the first
/// and second state.
/// </summary>
/// <remarks>Kingma, Ba, <see href="https://arxiv.org/abs/1412.6980">Adam: A Method for Stochastic Optimization</see>. The bias
/// correction is in the coefficients (<see cref="BiasCorrection"/>), so that m and v are stored debiased.</remarks>
/// <typeparam name="TLane">The register.</typeparam>
public struct AdamMoments<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>β̂₁ of the step.</summary>
    public TLane Beta1Hat;

    /// <summary>1 - β̂₁.</summary>
    public TLane OneMinusBeta1Hat;

    /// <summary>β̂₂ of the step.</summary>
    public TLane Beta2Hat;

    /// <summary>1 - β̂₂.</summary>
    public TLane OneMinusBeta2Hat;

    /// <summary>ε, added to the root.</summary>
    public TLane Epsilon;

    /// <summary>Takes a gradient in.</summary>
    /// <param name="gradient">g.</param>
    /// <param name="states">m and v, the first two.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Update(TLane gradient, ref States<TLane> states)
    {
        states.First = TLane.MultiplyAdd(Beta1Hat, states.First, OneMinusBeta1Hat * gradient);
        states.Second = TLane.MultiplyAdd(Beta2Hat, states.Second, OneMinusBeta2Hat * gradient * gradient);
    }

    /// <summary><c>m / (√v + ε)</c>.</summary>
    /// <param name="states">m and v, the first two.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Direction(in States<TLane> states) => states.First / (TLane.Sqrt(states.Second) + Epsilon);
}
