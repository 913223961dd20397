using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>What the CUDA kernels with states in groups consist of, found without a GPU by compiling them to PTX.</summary>
internal sealed partial class LowBitPtxTests
{
    /// <summary>Both tests look at the same kernels.</summary>
    private static readonly ConcurrentDictionary<(Type Rule, OptimizerOptions Options), string[]> _entries = [];

    private static readonly (string Name, AdamWOptions Options)[] _moments =
    [
        ("24 bits", new() { Lr = 1e-3, CompressedStates = true, MasterWeightBits = 24 }),
        ("Kahan", new() { Lr = 1e-3, CompressedStates = true }),
    ];

    [OneTimeTearDown]
    public void Forget() => _entries.Clear();

    private static IEnumerable<TestCaseData> Variants =>
    [
        .. _moments.Select(row => Row(typeof(AdamRule<ScalarLane>), row.Options, 3, $"AdamW, {row.Name}")),
        Row(typeof(LionRule<ScalarLane>), new LionOptions { Lr = 1e-3, CompressedStates = true, MasterWeightBits = 24 }, 0, "Lion, 24 bits"),
        Row(typeof(AdanRule<ScalarLane>), new AdanOptions { Lr = 1e-3, CompressedStates = true, MasterWeightBits = 24 }, 3, "Adan, 24 bits"),
    ];

    /// <param name="rule">The rule.</param>
    /// <param name="options">Its options.</param>
    /// <param name="exchangesOfPair">How often threads exchange registers for each of the three maxima of a pair.</param>
    /// <param name="signed">How many states of 8 bits there are.</param>
    [TestCaseSource(nameof(Variants))]
    public void All_is_read_once_into_registers_and_written_once(
        Type rule, OptimizerOptions options, int exchangesOfPair, int signed)
    {
        string[] lines = Entry(rule, options);
        int[] loads = LinesWith(lines, "ld.global");
        int[] stores = LinesWith(lines, "st.global");
        Assert.Multiple(() =>
        {
            Assert.That(LinesWith(lines, "call"), Is.Empty);
            Assert.That(LinesWith(lines, ".local"), Is.Empty);
            Assert.That(LinesWith(lines, ".shared"), Is.Empty);
            Assert.That(loads.Max(), Is.LessThan(stores.Min()), "all loads come before the first store");
            Assert.That(LinesWith(lines, "shfl"), Has.Length.EqualTo((3 * exchangesOfPair) + (2 * signed)));
        });
    }

    [TestCaseSource(nameof(Variants))]
    public void Every_operation_says_that_it_rounds_to_nearest(
        Type rule, OptimizerOptions options, int exchangesOfPair, int signed)
    {
        string[] arithmetic = [.. Entry(rule, options).Where(line => FloatArithmetic().IsMatch(line))];
        Assert.Multiple(() =>
        {
            Assert.That(arithmetic, Is.Not.Empty);
            Assert.That(arithmetic, Has.All.Contains(".rn.f32"));
            Assert.That(arithmetic, Has.None.Contains(".ftz").And.None.Contains(".approx"));
        });
    }

    private static TestCaseData Row(Type rule, OptimizerOptions options, int exchangesOfPair, string name)
    {
        int signed = rule == typeof(AdamRule<ScalarLane>) ? 0 : 1;
        return new TestCaseData(rule, options, exchangesOfPair, signed).SetArgDisplayNames(name).LongIf(options.MasterWeightBits is null || (signed == 1 && exchangesOfPair > 0));
    }

    private static string[] Entry(Type rule, OptimizerOptions options) =>
        _entries.GetOrAdd((rule, options), key => Compile(key.Rule, key.Options));

    private static string[] Compile(Type rule, OptimizerOptions options)
    {
        SlotLayout layout = options.LayoutOf(DType.BFloat16, DType.BFloat16);
        Type kernel = typeof(CompressedQuadKernel<,,,>).MakeGenericType(
            rule, layout.ApplyType, typeof(LeanPass<FullPass, DecayTerm>), layout.LayoutType(guardsNaN: true, KernelShape.Quad));
        using Context context = Context.Create(builder => builder.UseOptimi());
        using var backend = new PTXBackend(
            context,
            new CudaCapabilityContext(CudaArchitecture.SM_90),
            CudaArchitecture.SM_90,
            CudaInstructionSet.ISA_80,
            null);
        var parts = (IReadOnlyList<MethodInfo>)kernel.GetProperty("Parts")!.GetValue(null)!;
        string text = ((PTXCompiledKernel)KernelCompiler.Compile(backend, kernel.GetMethod("Run")!, parts)).PTXAssembly;
        return text[text.IndexOf(".entry", StringComparison.Ordinal)..].Split('\n', StringSplitOptions.TrimEntries);
    }

    private static int[] LinesWith(string[] lines, string text) =>
        [.. lines.Index().Where(line => line.Item.Contains(text, StringComparison.Ordinal)).Select(line => line.Index)];

    [GeneratedRegex(@"^(add|sub|mul|fma|mad|div|rcp|sqrt)\b.*\.f32")]
    private static partial Regex FloatArithmetic();
}
