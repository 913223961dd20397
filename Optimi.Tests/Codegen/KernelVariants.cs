namespace Optimi.Tests;

/// <summary>The kernel variants of the library's optimizers, each once, as rows of test data.</summary>
internal static class KernelVariants
{
    public static IEnumerable<TestCaseData> All => TestOptimizer.All
        .SelectMany(optimizer => TestOptimizer.Variants.Select(variant =>
            (optimizer.Rule, Layout: optimizer.Layout(variant.DType, variant.Kahan, variant.States))))
        .Distinct()
        .Select(variant => new TestCaseData(variant.Rule, variant.Layout).SetArgDisplayNames(
            variant.Rule.Name.Split('`')[0], $"{variant.Layout.Value}{(variant.Layout.Compensated ? " + Kahan" : "")}", $"{variant.Layout.States}"));
}
