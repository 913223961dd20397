using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>What the CUDA kernels consist of, found without a GPU by compiling them to PTX.</summary>
internal sealed partial class PtxTests
{
    /// <summary>Every test looks at the same kernels.</summary>
    private static readonly ConcurrentDictionary<(Type Kernel, CudaArchitecture Architecture), string[]> _entries = [];

    [OneTimeTearDown]
    public void Forget() => _entries.Clear();

    [TestCaseSource(typeof(KernelVariants), nameof(KernelVariants.AllAndLean))]
    public void Slots_move_in_16_bytes_and_all_are_read_before_the_first_is_written(Type rule, SlotLayout layout, Type pass)
    {
        string[] lines = Entry(rule, layout, pass, CudaArchitecture.SM_90);
        int states = Enumerable.Range(0, StateTypes.Count).Sum(
            state => layout.States[state]?.DType() is DType stored ? stored.TileBytes() / layout.Value.TileBytes() : 0);
        int parameter = layout.Compensated ? 2 : 1;
        bool full = Pass(pass) is { UpdatesStates: true, UpdatesParameters: true };
        int written = full ? parameter + states : StoresParameters(pass) ? parameter : states;
        // Where the parameter is not stepped, only a rule whose states begin as it reads it.
        bool alsoReads = pass == typeof(HoldPass) && rule == typeof(RangerRule<ScalarLane>);
        int read = StoresParameters(pass)
            ? states + parameter + (full ? 1 : 0)
            : states + (alsoReads ? 2 : 1);
        if (pass == typeof(MeasurePass) && layout.Value == DType.Float32)
        {
            // A warp has a whole tile in hand.
            read *= 2;
            written *= 2;
        }

        // The tensor's part in the step, and where its slots lie: once to read them and once to write them.
        read += 1 + PlacesOf(layout, StoresParameters(pass) || alsoReads, StoresParameters(pass), states: true)
            + PlacesOf(layout, StoresParameters(pass), StoresParameters(pass), Pass(pass).UpdatesStates);
        int[] loads = LinesWith(lines, "ld.global.v4.");
        int[] stores = LinesWith(lines, "st.global.v4.");
        Assert.Multiple(() =>
        {
            Assert.That(
                loads, Has.Length.EqualTo(read).Or.Length.EqualTo(read + VectorsOfRow(rule, layout.ApplyType)), "loads");
            Assert.That(stores, Has.Length.EqualTo(written), "stores");
            Assert.That(loads.Max(), Is.LessThan(stores.Min()), "all loads come before the first store");
            // A first pass stores sums besides.
            int sums = pass == typeof(MeasurePass) ? 1 : 0;
            Assert.That(LinesWith(lines, "st.global"), Has.Length.EqualTo(written + sums), "nothing else is stored");
        });
    }

    [TestCaseSource(typeof(KernelVariants), nameof(KernelVariants.AllAndLean))]
    public void Nothing_is_called_or_spilt_and_every_address_is_global(Type rule, SlotLayout layout, Type pass)
    {
        string[] lines = Entry(rule, layout, pass, CudaArchitecture.SM_90);
        Assert.Multiple(() =>
        {
            Assert.That(LinesWith(lines, "call"), Is.Empty);
            Assert.That(LinesWith(lines, ".local"), Is.Empty);
            Assert.That(lines.Where(line => GenericAccess().IsMatch(line)), Is.Empty);
            Assert.That(lines.Where(line => IntegerDivision().IsMatch(line)), Is.Empty, "integers are not divided: it is slow, and of 64 bits a call");
        });
    }

    [TestCaseSource(typeof(KernelVariants), nameof(KernelVariants.AllAndLean))]
    public void Every_operation_says_that_it_rounds_to_nearest(Type rule, SlotLayout layout, Type pass)
    {
        string[] arithmetic =
            [.. Entry(rule, layout, pass, CudaArchitecture.SM_90).Where(line => FloatArithmetic().IsMatch(line))];
        Assert.Multiple(() =>
        {
            Assert.That(arithmetic, Is.Not.Empty);
            Assert.That(arithmetic, Has.All.Contains(".rn.f32"));
            Assert.That(arithmetic, Has.None.Contains(".ftz").And.None.Contains(".approx"));
        });
    }

    [TestCaseSource(typeof(KernelVariants), nameof(KernelVariants.All))]
    public void The_instruction_for_16_bits_is_used_where_the_architecture_has_it(Type rule, SlotLayout layout, Type pass)
    {
        foreach ((DType dtype, string instruction) in ((DType, string)[])
            [(DType.BFloat16, "cvt.rn.bf16x2.f32"), (DType.Float16, "cvt.rn.f16x2.f32")])
        {
            Assert.Multiple(() =>
            {
                Assert.That(
                    LinesWith(Entry(rule, layout, pass, CudaArchitecture.SM_90), instruction).Length > 0,
                    Is.EqualTo(Stores(layout, pass, dtype)));
                Assert.That(LinesWith(Entry(rule, layout, pass, CudaArchitecture.SM_75), instruction), Is.Empty);
            });
        }
    }

    /// <summary>By the order that PTX's memory model asks for, groups see what others have written in the same launch.</summary>
    [Test]
    public void A_group_counts_itself_between_two_fences()
    {
        string[] lines = Entry(
            typeof(FinishKernel<StableAdamWRule<ScalarLane>, PlainApply<ScalarLane>, CountedParts>), CudaArchitecture.SM_90);
        int count = LinesWith(lines, "atom.").Single();
        int[] fences = LinesWith(lines, "membar.gl");
        int[] barriers = LinesWith(lines, "bar.sync");
        Assert.Multiple(() =>
        {
            Assert.That(fences, Has.Length.EqualTo(2));
            Assert.That(count, Is.GreaterThan(fences[0]).And.LessThan(fences[1]));
            Assert.That(barriers.Any(barrier => barrier < fences[0]) && barriers.Any(barrier => barrier > fences[1]), Is.True);
            Assert.That(LinesWith(lines, "call"), Is.Empty);
        });
    }

    [Test]
    public void The_pass_over_gradients_reads_them_and_stores_sums_alone()
    {
        foreach (DType dtype in Enum.GetValues<DType>())
        {
            Type layout = new SlotLayout(dtype, dtype, WeightFormat.Plain, default).LayoutType(guardsNaN: true, KernelShape.Quad);
            string[] lines = Entry(
                typeof(MeasureQuadKernel<,,>).MakeGenericType(typeof(SquareRule<ScalarLane>), typeof(PlainApply<ScalarLane>), layout),
                CudaArchitecture.SM_90);
            Assert.Multiple(() =>
            {
                // The tensor's part in the step, and a tile for each warp.
                Assert.That(LinesWith(lines, "ld.global.v4."), Has.Length.EqualTo(dtype == DType.Float32 ? 3 : 2));
                Assert.That(LinesWith(lines, "st.global"), Has.Length.EqualTo(1));
                Assert.That(LinesWith(lines, "call"), Is.Empty);
            });
        }
    }

    [Test]
    public void Gradients_are_judged_between_fences_and_in_exact_arithmetic()
    {
        string[] lines = Entry(typeof(JudgeKernel<CountedParts>), CudaArchitecture.SM_90);
        Assert.Multiple(() =>
        {
            // Tensors count their parts, and the launch its groups.
            Assert.That(LinesWith(lines, "atom."), Has.Length.EqualTo(2));
            Assert.That(LinesWith(lines, "membar.gl"), Has.Length.EqualTo(4));
            Assert.That(LinesWith(lines, "sqrt.rn.f32"), Has.Length.EqualTo(1));
            Assert.That(LinesWith(lines, "div.rn.f32"), Has.Length.EqualTo(1));
            Assert.That(lines.Where(line => line.Contains(".approx", StringComparison.Ordinal)), Is.Empty);
            Assert.That(LinesWith(lines, "call"), Is.Empty);
        });
    }

    /// <summary>How many 16-byte accesses it takes to learn where slots lie, two in each.</summary>
    private static int PlacesOf(SlotLayout layout, bool values, bool compensation, bool states) => Enumerable
        .Range(0, Slot.Count)
        .Where(slot => layout[slot] is not null && slot switch
        {
            Slot.Values => values,
            // Of gradients the tensor's part in the step says it.
            Slot.Gradients => false,
            Slot.Compensation => compensation,
            _ => states,
        })
        .Select(slot => slot / 2)
        .Distinct()
        .Count();

    /// <summary>The lines of the kernel itself. (ILGPU leaves an empty function for each intrinsic before it.)</summary>
    private static string[] Entry(Type rule, SlotLayout layout, Type pass, CudaArchitecture architecture)
    {
        Type kernel = pass == typeof(MeasurePass)
            ? typeof(MeasureQuadKernel<,,>).MakeGenericType(rule, layout.ApplyType, layout.LayoutType(guardsNaN: true, KernelShape.Quad))
            : typeof(QuadKernel<,,,>).MakeGenericType(rule, layout.ApplyType, pass, layout.LayoutType(guardsNaN: true, KernelShape.Quad));
        return Entry(kernel, architecture);
    }

    private static string[] Entry(Type kernel, CudaArchitecture architecture) =>
        _entries.GetOrAdd((kernel, architecture), key => Compile(key.Kernel, key.Architecture));

    /// <summary>Compiles as for a device: in a context of the kernel's own.</summary>
    private static string[] Compile(Type kernel, CudaArchitecture architecture)
    {
        using Context context = Context.Create(builder => builder.UseOptimi());
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(architecture), architecture, CudaInstructionSet.ISA_80, null);
        var parts = (IReadOnlyList<MethodInfo>?)kernel.GetProperty("Parts")?.GetValue(null);
        var compiled = (PTXCompiledKernel)KernelCompiler.Compile(backend, kernel.GetMethod("Run")!, parts ?? []);
        string text = compiled.PTXAssembly;
        return text[text.IndexOf(".entry", StringComparison.Ordinal)..].Split('\n', StringSplitOptions.TrimEntries);
    }

    private static bool StoresParameters(Type pass) => Pass(pass).UpdatesParameters;

    private static (bool UpdatesStates, bool UpdatesParameters) Pass(Type pass)
    {
        return (Says(nameof(IPass.UpdatesStates)), Says(nameof(IPass.UpdatesParameters)));

        bool Says(string property) => (bool)pass.GetProperty(property)!.GetValue(null)!;
    }

    private static bool Stores(SlotLayout layout, Type pass, DType dtype)
    {
        (bool updatesStates, bool updatesParameters) = Pass(pass);
        return (updatesParameters && layout.Value == dtype)
            || (updatesStates && Enumerable.Range(0, StateTypes.Count).Any(state => layout.States[state]?.DType() == dtype));
    }

    /// <summary>Rows of scalars may be read in 16 bytes too, if their size allows it.</summary>
    private static int VectorsOfRow(Type rule, Type apply)
    {
        Type row = typeof(Row<,,>).MakeGenericType(typeof(ScalarLane), rule, apply);
        int bytes = (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(row).Invoke(null, null)!;
        return bytes % 16 == 0 ? bytes / 16 : 0;
    }

    private static int[] LinesWith(string[] lines, string text) =>
        [.. lines.Index().Where(line => line.Item.Contains(text, StringComparison.Ordinal)).Select(line => line.Index)];

    [GeneratedRegex(@"^(@\S+\s+)?(ld|st)\.(?!global|shared|param)")]
    private static partial Regex GenericAccess();

    [GeneratedRegex(@"^(@\S+\s+)?(rem|div)\.[su](32|64)")]
    private static partial Regex IntegerDivision();

    [GeneratedRegex(@"^(add|sub|mul|fma|mad|div|sqrt)\b.*\.f32")]
    private static partial Regex FloatArithmetic();
}
