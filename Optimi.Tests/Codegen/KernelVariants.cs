using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>The kernel variants of the library's optimizers, each once, as rows of test data.</summary>
internal static class KernelVariants
{
    public static IEnumerable<TestCaseData> All => TestOptimizer.All
        .SelectMany(optimizer => TestOptimizer.Variants.Select(variant =>
            (optimizer.Rule, Layout: optimizer.Layout(variant.DType, variant.Kahan, variant.States))))
        .Distinct()
        .SelectMany(variant => AppliesOf(variant.Layout), (variant, apply) => (variant.Rule, variant.Layout, Apply: apply))
        .Select(variant => new TestCaseData(variant.Rule, variant.Layout, variant.Apply).SetArgDisplayNames(
            variant.Rule.Name.Split('`')[0],
            $"{variant.Layout.Value}{(variant.Layout.Compensated ? " + Kahan" : "")}",
            $"{variant.Layout.States}",
            variant.Apply.Name.Split('`')[0]));

    private static Type[] AppliesOf(SlotLayout layout) => layout.States == default
        ? [layout.ApplyType]
        : [layout.ApplyType, typeof(HoldApply<ScalarLane>)];
}
