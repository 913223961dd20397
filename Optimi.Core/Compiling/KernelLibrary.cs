using System.Reflection;
using ILGPU.Backends.EntryPoints;
using ILGPU.Runtime;

namespace Optimi;

/// <summary>The kernels of a device. Each is compiled once, whoever needs it, and as many at a time as there are processors.</summary>
internal sealed class KernelLibrary
{
    private static readonly SemaphoreSlim _processors = new(Environment.ProcessorCount);

    private readonly Lock _gate = new();
    private readonly Dictionary<MethodInfo, IPendingKernel> _kernels = [];
    private readonly AcceleratorSource _ilgpu;
    private readonly Lazy<KeptKernels?> _kept;

    /// <param name="ilgpu">The device's accelerator.</param>
    public KernelLibrary(AcceleratorSource ilgpu)
    {
        _ilgpu = ilgpu;
        string? directory = KernelCache.Directory;
        _kept = new(() => directory is null ? null : KeptKernels.For(ilgpu.Accelerator, directory));
    }

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

    /// <summary>How many of them are there.</summary>
    public int Ready => Count(kernel => kernel.IsReady);

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
        Accelerator on = _ilgpu.Accelerator;
        _processors.Wait();
        try
        {
            return LoadKept<TLauncher>(on, method) ?? Compile<TLauncher>(on, method, parts);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new DeviceException(
                $"{method.DeclaringType!.Name.Split('`')[0]} does not compile for '{on.Name}': {error.GetBaseException().Message}"
                + " If the rule is your own, IUpdateRule says what it may use; else the device's driver is at fault, and a newer one may help.",
                error);
        }
        finally
        {
            _processors.Release();
        }
    }

    private TLauncher? LoadKept<TLauncher>(Accelerator on, MethodInfo method)
        where TLauncher : Delegate
    {
        if (_kept.Value?.Find(method) is not string source)
            return null;
        try
        {
            return Load<TLauncher>(on, method, source);
        }
        catch (AcceleratorException)
        {
            // The driver refuses what it once took: it is compiled anew, and if that fails too, said.
            return null;
        }
    }

    private TLauncher Compile<TLauncher>(Accelerator on, MethodInfo method, IReadOnlyList<MethodInfo> parts)
        where TLauncher : Delegate
    {
        string source = KernelCompiler.Compile(on, method, parts);
        TLauncher launcher = Load<TLauncher>(on, method, source);
        _kept.Value?.Add(method, source);
        return launcher;
    }

    private TLauncher Load<TLauncher>(Accelerator on, MethodInfo method, string source)
        where TLauncher : Delegate
    {
        using ContextScope current = _ilgpu.Enter();
        return on.LoadKernel(DriverKernel.Of(on, EntryPointDescription.FromExplicitlyGroupedKernel(method), source))
            .CreateLauncherDelegate<TLauncher>();
    }
}
