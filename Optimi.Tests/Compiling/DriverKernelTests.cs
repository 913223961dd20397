using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.CPU;

namespace Optimi.Tests;

/// <summary>ILGPU's kernels of text that was compiled elsewhere. (Those of OpenCL every test on OpenCL runs.)</summary>
internal sealed class DriverKernelTests
{
    /// <summary>The constructor is ILGPU's own: whether it is still there shows without a GPU.</summary>
    [Test]
    public void Ptx_becomes_a_kernel_that_is_named_as_its_method()
    {
        using Context context = Context.Create(builder => builder.DefaultCPU());
        using CPUAccelerator accelerator = context.CreateCPUAccelerator(0);
        Delegate method = Fill;
        CompiledKernel kernel = DriverKernel.Of(
            accelerator, EntryPointDescription.FromExplicitlyGroupedKernel(method.Method), ".entry Kernel_Fill()");
        Assert.Multiple(() =>
        {
            Assert.That(kernel, Is.TypeOf<PTXCompiledKernel>().With.Property(nameof(PTXCompiledKernel.PTXAssembly)).EqualTo(".entry Kernel_Fill()"));
            Assert.That(kernel.Name, Is.EqualTo("Kernel_Fill"));
        });
    }

    internal static void Fill(ArrayView<float> numbers) => numbers[Grid.IdxX] = 1;
}
