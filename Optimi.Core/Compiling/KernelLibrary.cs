using System.Reflection;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Runtime;

namespace Optimi;

/// <summary>The kernels of a device. Each is compiled once, whoever needs it, and several at a time, on threads of the pool.</summary>
/// <param name="ilgpu">The device's accelerator.</param>
internal sealed class KernelLibrary(AcceleratorSource ilgpu)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<MethodInfo, IPendingKernel> _kernels = [];
    private readonly Lazy<KeptKernels?> _kept = new(() => KeptKernels.For(ilgpu.Accelerator));

    /// <summary>A kernel, which is compiled once somebody starts it.</summary>
    /// <typeparam name="TLauncher">The delegate that queues it: stream, configuration, and the kernel's own parameters.</typeparam>
    /// <param name="kernel">The kernel's method.</param>
    /// <param name="parts">The methods to compile before it.</param>
    public PendingKernel<TLauncher> Get<TLauncher>(Delegate kernel, params IReadOnlyList<MethodInfo> parts)
        where TLauncher : Delegate
    {
        MethodInfo method = kernel.Method;
        lock (_gate)
        {
            if (!_kernels.TryGetValue(method, out IPendingKernel? pending))
            {
                pending = new PendingKernel<TLauncher>(() => Load<TLauncher>(method, parts));
                _kernels.Add(method, pending);
            }

            return (PendingKernel<TLauncher>)pending;
        }
    }

    /// <summary>How many kernels the compiler was asked for.</summary>
    public int Started => Count(kernel => kernel.IsStarted);

    /// <summary>How many of them it has finished.</summary>
    public int Done => Count(kernel => kernel.IsDone);

    /// <summary>Waits until the compiler is at rest, so that the device can be closed.</summary>
    public void AwaitCompiler()
    {
        IPendingKernel[] kernels;
        lock (_gate)
            kernels = [.. _kernels.Values];
        foreach (IPendingKernel kernel in kernels)
            kernel.AwaitCompiler();
    }

    private int Count(Func<IPendingKernel, bool> counts)
    {
        lock (_gate)
            return _kernels.Values.Count(counts);
    }

    private TLauncher Load<TLauncher>(MethodInfo method, IReadOnlyList<MethodInfo> parts)
        where TLauncher : Delegate
    {
        Accelerator on = ilgpu.Accelerator;
        try
        {
            on.Bind();
            return on.LoadKernel(FindOrCompile(on, method, parts)).CreateLauncherDelegate<TLauncher>();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new DeviceException(
                $"{method.DeclaringType!.Name.Split('`')[0]} does not compile for '{on.Name}': {error.GetBaseException().Message}"
                + " If the rule is your own, IUpdateRule says what it may use; else the device's driver is at fault, and a newer one may help.",
                error);
        }
    }

    private CompiledKernel FindOrCompile(Accelerator on, MethodInfo method, IReadOnlyList<MethodInfo> parts)
    {
        if (_kept.Value?.Find(method) is not string source)
        {
            source = KernelCompiler.Compile(on, method, parts);
            _kept.Value?.Add(method, source);
        }

        return DriverKernel.Of(on, EntryPointDescription.FromExplicitlyGroupedKernel(method), source);
    }
}
