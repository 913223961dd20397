using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>The kernel variants of the library's optimizers, each once, as rows of test data.</summary>
internal static class KernelVariants
{
    /// <summary>Those with all terms that rows may have.</summary>
    public static IEnumerable<TestCaseData> All => Variants.Select(Row);

    /// <summary>All, and those without the terms that most rows have not got.</summary>
    public static IEnumerable<TestCaseData> AllAndLean => Variants.SelectMany(variant => LeanOf(variant.Pass) is Type lean
        ? new[] { Row(variant), Row((variant.Rule, variant.Layout, lean)) }
        : [Row(variant)]);

    private static IEnumerable<(Type Rule, SlotLayout Layout, Type Pass)> Variants => TestOptimizer.All
        .SelectMany(optimizer => TestOptimizer.Variants.Select(variant =>
            (optimizer.Rule, optimizer.Measures, Layout: optimizer.Layout(variant.DType, variant.Kahan, variant.States))))
        .Distinct()
        .SelectMany(
            variant => PassesOf(variant.Layout, variant.Measures),
            (variant, pass) => (variant.Rule, variant.Layout, pass));

    private static TestCaseData Row((Type Rule, SlotLayout Layout, Type Pass) variant) =>
        new TestCaseData(variant.Rule, variant.Layout, variant.Pass).SetArgDisplayNames(
            variant.Rule.Name.Split('`')[0],
            $"{variant.Layout.Value}{(variant.Layout.Compensated ? " + Kahan" : "")}",
            $"{variant.Layout.States}",
            variant.Pass.IsGenericType ? $"lean {variant.Pass.GetGenericArguments()[0].Name}" : variant.Pass.Name)
        .LongIf(!IsUsual(variant.Layout));

    /// <summary>The narrowest and the widest loop of a rule: most mistakes show in one of them.</summary>
    private static bool IsUsual(SlotLayout layout) => layout.Value == DType.Float32
        || layout is { Value: DType.BFloat16, Compensated: true, States.HasLowPrecision: true };

    private static Type? LeanOf(Type pass) => pass == typeof(FullPass) || pass == typeof(ApplyPass)
        ? typeof(LeanPass<,>).MakeGenericType(pass, typeof(DecayTerm))
        : null;

    private static Type[] PassesOf(SlotLayout layout, bool measures)
    {
        if (measures)
            return [typeof(MeasurePass), typeof(ApplyPass), typeof(HoldPass)];
        return layout.States == default ? [typeof(FullPass)] : [typeof(FullPass), typeof(HoldPass)];
    }
}
