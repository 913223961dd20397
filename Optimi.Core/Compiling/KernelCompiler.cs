using System.Reflection;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Frontend;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// Has ILGPU compile kernels, each in a context of its own: so several are compiled side by side, what one leaves behind changes no
/// other, and it does not matter how the context of an accelerator was made.
/// </summary>
internal static class KernelCompiler
{
    /// <summary>Compiles a kernel for an accelerator's driver.</summary>
    /// <param name="target">A CUDA or OpenCL accelerator.</param>
    /// <param name="kernel">The kernel's method.</param>
    /// <param name="parts">The methods to compile before it, those that are called first.</param>
    /// <returns>PTX or OpenCL C: the same text whenever it is compiled.</returns>
    public static string Compile(Accelerator target, MethodInfo kernel, IReadOnlyList<MethodInfo> parts)
    {
        using Context context = Context.Create(builder => builder.UseOptimi());
        using Backend backend = target switch
        {
            CLAccelerator openCL => new CLBackend(context, openCL.Capabilities, openCL.Vendor, openCL.CLStdVersion),
            CudaAccelerator cuda => new PTXBackend(context, cuda.Capabilities, cuda.Architecture, cuda.InstructionSet, null),
            _ => throw new NotSupportedException($"Kernels of {target.AcceleratorType} accelerators have no text."),
        };
        return CanonicalNames.Of(Compile(backend, kernel, parts) switch
        {
            CLCompiledKernel openCL => ReadOnlyTables.In(openCL.Source, kernel),
            CompiledKernel ptx => ((PTXCompiledKernel)ptx).PTXAssembly,
        });
    }

    /// <summary>Compiles a kernel.</summary>
    /// <param name="backend">What it is compiled for.</param>
    /// <param name="kernel">The kernel's method.</param>
    /// <param name="parts">The methods to compile before it, those that are called first.</param>
    public static CompiledKernel Compile(Backend backend, MethodInfo kernel, IReadOnlyList<MethodInfo> parts)
    {
        foreach (MethodInfo part in parts)
            Optimize(backend.Context, part);
        return backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), KernelSpecialization.Empty);
    }

    private static void Optimize(Context context, MethodInfo part)
    {
        using ContextCodeGenerationPhase phase = context.BeginCodeGeneration();
        using (CodeGenerationPhase frontend = phase.BeginFrontendCodeGeneration())
            frontend.GenerateCode(part);
        if (phase.IsFaulted)
            throw phase.LastException!;
        phase.Optimize();
    }
}
