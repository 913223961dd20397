using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Optimi.Bench;
using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>The example's kernels compile for CUDA, which is found out without a GPU.</summary>
internal sealed class TrainingKernelTests
{
    [Test]
    public void They_compile_to_PTX()
    {
        using Context context = Context.Create(builder => builder.UseOptimi().EnableAlgorithms());
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(CudaArchitecture.SM_90), CudaArchitecture.SM_90, CudaInstructionSet.ISA_80, null);
        EntryPointDescription[] kernels =
        [
            EntryPointDescription.FromExplicitlyGroupedKernel(typeof(ProductKernel).GetMethod(nameof(ProductKernel.Run))!),
            .. typeof(ModelKernels).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Select(EntryPointDescription.FromImplicitlyGroupedKernel),
        ];
        Assert.Multiple(() =>
        {
            Assert.That(kernels, Has.Length.EqualTo(11));
            foreach (EntryPointDescription kernel in kernels)
            {
                string text = ((PTXCompiledKernel)backend.Compile(kernel, KernelSpecialization.Empty)).PTXAssembly;
                Assert.That(text, Does.Contain(".entry").And.Not.Contain(".extern"), kernel.MethodSource.Name);
            }
        });
    }
}
