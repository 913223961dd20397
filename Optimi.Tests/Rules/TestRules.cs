using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>Options for a rule whose scalars do not matter.</summary>
public record AnyOptions<TRule> : RuleOptions<TRule>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    protected override bool DecouplesDecay => true;

    public override TRule Rule(in StepContext step) => default;
}

/// <summary>The sign of the gradient.</summary>
public struct SignRule<TLane> : IUpdateRule<SignRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    public static IReadOnlyList<string> StateNames { get; } = [];

    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states) => TLane.Sign(gradient);
}

public sealed record SignOptions : AnyOptions<SignRule<ScalarLane>>;

/// <summary>A rule with a state that is called as averages of parameters are.</summary>
public struct EmaRule<TLane> : IUpdateRule<EmaRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    public static IReadOnlyList<string> StateNames { get; } = ["ema"];

    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states) => gradient;
}

public sealed record EmaOptions : AnyOptions<EmaRule<ScalarLane>>;

/// <summary>A chain of four moving sums.</summary>
public struct FourStateRule<TLane> : IUpdateRule<FourStateRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    public TLane Keep;

    public static IReadOnlyList<string> StateNames { get; } = ["a", "b", "c", "d"];

    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states)
    {
        states.First = TLane.MultiplyAdd(Keep, states.First, gradient);
        states.Second = TLane.MultiplyAdd(Keep, states.Second, states.First);
        states.Third = TLane.Max(states.Third, states.Second * states.Second);
        states.Fourth = states.Fourth - states.First;
        return (states.Second + states.Fourth) / (TLane.Sqrt(states.Third) + Keep);
    }
}

public sealed record FourStateOptions : AnyOptions<FourStateRule<ScalarLane>>
{
    public override FourStateRule<ScalarLane> Rule(in StepContext step) => new() { Keep = (ScalarLane)(0.9 / step.Step) };
}

/// <summary>A sum that starts at a third of the first gradient.</summary>
public struct BeginningRule<TLane> : IUpdateRule<BeginningRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    public TLane Third;

    public static IReadOnlyList<string> StateNames { get; } = ["begun"];

    public static bool Begins => true;

    public static void Begin(in BeginningRule<TLane> rule, TLane parameter, TLane gradient, ref States<TLane> states) =>
        states.First = rule.Third * gradient;

    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states)
    {
        states.First += gradient;
        return states.First;
    }
}

public sealed record BeginningOptions : AnyOptions<BeginningRule<ScalarLane>>
{
    public override BeginningRule<ScalarLane> Rule(in StepContext step) => new() { Third = 1 / 3f };
}

/// <summary>Both moments of a gradient, and a sum of what is left of it, in their places.</summary>
public struct PairRule<TLane> : IUpdateRule<PairRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    public TLane Keep;

    public TLane Take;

    public static IReadOnlyList<string> StateNames { get; } = ["m", "v", "rest"];

    public static StateKind KindOf(int state) => state switch
    {
        0 => StateKind.FirstMoment,
        1 => StateKind.SecondMoment,
        _ => StateKind.LikeGradient,
    };

    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states)
    {
        states.First = TLane.MultiplyAdd(Keep, states.First, Take * gradient);
        states.Second = TLane.MultiplyAdd(Keep, states.Second, Take * gradient * gradient);
        states.Third = TLane.MultiplyAdd(Keep, states.Third, gradient - states.First);
        return (states.First + states.Third) / (TLane.Sqrt(states.Second) + Take);
    }
}

public sealed record PairOptions : AnyOptions<PairRule<ScalarLane>>
{
    /// <summary>The state that is not kept, if any.</summary>
    public int? Dropped { get; init; }

    public override PairRule<ScalarLane> Rule(in StepContext step) => new() { Keep = (ScalarLane)0.75f, Take = (ScalarLane)0.25f };

    public override DType? StateDTypeOf(int state, DType parameter, bool compensated) =>
        state == Dropped ? null : base.StateDTypeOf(state, parameter, compensated);
}

/// <summary>A rule whose second moment comes first.</summary>
public struct MisplacedRule<TLane> : IUpdateRule<MisplacedRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    public static IReadOnlyList<string> StateNames { get; } = ["v", "m"];

    public static StateKind KindOf(int state) => state == 0 ? StateKind.SecondMoment : StateKind.FirstMoment;

    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states) => gradient;
}

public struct FloatFieldRule<TLane> : IUpdateRule<FloatFieldRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    public float Factor { get; init; }

    public static IReadOnlyList<string> StateNames { get; } = [];

    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states) => TLane.Splat(Factor) * gradient;
}

public struct FiveStateRule<TLane> : IUpdateRule<FiveStateRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    public static IReadOnlyList<string> StateNames { get; } = ["a", "b", "c", "d", "e"];

    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states) => gradient;
}

public struct TwoParameterRule<TLane, TOther> : IUpdateRule<TwoParameterRule<TLane, TOther>, TLane>
    where TLane : unmanaged, ILane<TLane>
    where TOther : unmanaged
{
    public static IReadOnlyList<string> StateNames { get; } = [];

    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states) => gradient;
}

public struct ScalarOnlyRule : IUpdateRule<ScalarOnlyRule, ScalarLane>
{
    public static IReadOnlyList<string> StateNames { get; } = [];

    public readonly ScalarLane Step(ScalarLane parameter, ScalarLane gradient, ref States<ScalarLane> states) => gradient;
}

/// <summary>A rule that does what no device can.</summary>
public struct AllocatingRule<TLane> : IUpdateRule<AllocatingRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    public static IReadOnlyList<string> StateNames { get; } = [];

    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states) =>
        TLane.Splat(new List<int>().Count) * gradient;
}

internal struct HiddenRule<TLane> : IUpdateRule<HiddenRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    public static IReadOnlyList<string> StateNames { get; } = [];

    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states) => gradient;
}
