using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>The kernel variants of the library's rules, as rows of test data.</summary>
internal static class KernelVariants
{
    /// <summary>Rules with the states that they keep.</summary>
    private static readonly (Type Rule, int States)[] _rules =
    [
        (typeof(SgdRule<ScalarLane>), 0),
        (typeof(SgdRule<ScalarLane>), 1),
        (typeof(AdamRule<ScalarLane>), 2),
    ];

    public static IEnumerable<TestCaseData> All =>
        from rule in _rules
        from variant in (IEnumerable<(DType DType, bool Kahan)>)
            [(DType.Float32, false), (DType.BFloat16, false), (DType.BFloat16, true)]
        from states in variant.DType == DType.Float32 ? [DType.Float32] : (DType[])[variant.DType, DType.Float32]
        where rule.States > 0 || states == variant.DType
        select new TestCaseData(
            rule.Rule, new SlotLayout(variant.DType, variant.Kahan, StateTypes.Of(rule.States, _ => states)))
            .SetArgDisplayNames(
                rule.Rule.Name.Split('`')[0],
                $"{rule.States} {states} states",
                $"{variant.DType}{(variant.Kahan ? " + Kahan" : "")}");
}
