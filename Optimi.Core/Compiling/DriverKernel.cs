using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR.Types;
using ILGPU.Runtime;
using ILGPU.Runtime.OpenCL;

namespace Optimi;

/// <summary>Makes ILGPU's kernels of text that ILGPU has compiled elsewhere.</summary>
internal static class DriverKernel
{
    /// <summary>Of a view ILGPU's OpenCL passes a buffer, and beside it an index and a length.</summary>
    private const int ViewFields = 2;

    /// <summary>A kernel to be loaded by an accelerator.</summary>
    /// <param name="accelerator">A CUDA or OpenCL accelerator.</param>
    /// <param name="entry">The kernel's method.</param>
    /// <param name="source">PTX or OpenCL C.</param>
    public static CompiledKernel Of(Accelerator accelerator, EntryPointDescription entry, string source)
    {
        // Launches only look at memory whose size they choose themselves, which Optimi's kernels have not got.
        SharedMemorySpecification shared = default;
        if (accelerator is CLAccelerator openCL)
        {
            return new CLCompiledKernel(
                accelerator.Context,
                new SeparateViewEntryPoint(entry, shared, KernelSpecialization.Empty, new TypeInformationManager(), ViewFields),
                null,
                source,
                openCL.Backend.CLStdVersion);
        }

        return NewPtx(accelerator.Context, new EntryPoint(entry, shared, KernelSpecialization.Empty), null, source);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern PTXCompiledKernel NewPtx(
        Context context, EntryPoint entry, CompiledKernel.KernelInfo? info, string source);
}
