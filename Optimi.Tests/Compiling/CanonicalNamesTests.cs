using System.Reflection;
using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>A kernel's text is the same whenever it is compiled.</summary>
internal sealed class CanonicalNamesTests
{
    [Test]
    public void Names_are_numbered_as_they_occur_and_nothing_else_changes() => Assert.That(
        CanonicalNames.Of("#pragma cl_khr_fp64\n.target sm_80\nstruct type_37_kernel { type_9 field_1; } var70 = var12 + _a_5 * var70; L_4: %r12 Step_2_77(0.5)"),
        Is.EqualTo("#pragma cl_khr_fp64\n.target sm_80\nstruct type_0_kernel { type_1 field_1; } var2 = var3 + _a_4 * var2; L_5: %r12 Step_2_6(0.5)"));

    [Test]
    public void A_kernel_compiled_twice_is_the_same()
    {
        string first = Ptx<FullPass>();
        Assert.That(Ptx<HoldPass>(), Is.Not.EqualTo(first));
        Assert.That(Ptx<FullPass>(), Is.EqualTo(first));
        Assert.That(first, Does.Contain("sm_80").And.Contain(".entry"));
    }

    private static string Ptx<TPass>()
        where TPass : IPass
    {
        using Context context = Context.Create(builder => builder.UseOptimi());
        CudaArchitecture architecture = CudaArchitecture.SM_80;
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(architecture), architecture, CudaInstructionSet.ISA_80, null);
        SlotLayout layout = new AdamOptions { Lr = 1 }.LayoutOf(DType.BFloat16, DType.BFloat16);
        Type kernel = typeof(QuadKernel<,,,>).MakeGenericType(
            typeof(AdamRule<ScalarLane>), layout.ApplyType, typeof(TPass), layout.LayoutType(guardsNaN: true, KernelShape.Quad));
        var parts = (IReadOnlyList<MethodInfo>)kernel.GetProperty("Parts")!.GetValue(null)!;
        var compiled = (PTXCompiledKernel)KernelCompiler.Compile(backend, kernel.GetMethod("Run")!, parts);
        return CanonicalNames.Of(compiled.PTXAssembly);
    }
}
