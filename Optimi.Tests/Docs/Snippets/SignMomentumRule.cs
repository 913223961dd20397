using System.Runtime.CompilerServices;
using Optimi;
using Optimi.Kernels;

namespace Snippets;

public struct SignMomentumRule<TLane> : IUpdateRule<SignMomentumRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    public TLane Momentum;

    public static IReadOnlyList<string> StateNames { get; } = ["momentum"];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states)
    {
        states.First = TLane.MultiplyAdd(Momentum, states.First, gradient);
        return TLane.Sign(states.First);
    }
}

public sealed record SignMomentumOptions : RuleOptions<SignMomentumRule<ScalarLane>>
{
    public double Momentum { get; init; } = 0.9;

    protected override bool DecouplesDecay => true;

    public override SignMomentumRule<ScalarLane> Rule(in StepContext step) => new() { Momentum = (ScalarLane)Momentum };
}
