using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>The kernel variants of the library's optimizers, each once, as rows of test data.</summary>
internal static class KernelVariants
{
    public static IEnumerable<TestCaseData> All => TestOptimizer.All
        .SelectMany(optimizer => TestOptimizer.Variants.Select(variant =>
            (optimizer.Rule, optimizer.Measures, Layout: optimizer.Layout(variant.DType, variant.Kahan, variant.States))))
        .Distinct()
        .SelectMany(
            variant => PassesOf(variant.Layout, variant.Measures),
            (variant, pass) => new TestCaseData(variant.Rule, variant.Layout, pass).SetArgDisplayNames(
                variant.Rule.Name.Split('`')[0],
                $"{variant.Layout.Value}{(variant.Layout.Compensated ? " + Kahan" : "")}",
                $"{variant.Layout.States}",
                pass.Name));

    private static Type[] PassesOf(SlotLayout layout, bool measures)
    {
        if (measures)
            return [typeof(MeasurePass), typeof(ApplyPass), typeof(HoldPass)];
        return layout.States == default ? [typeof(FullPass)] : [typeof(FullPass), typeof(HoldPass)];
    }
}
