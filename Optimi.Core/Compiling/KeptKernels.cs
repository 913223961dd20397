using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Optimi.Kernels;

namespace Optimi;

/// <summary>The kernels that earlier processes have compiled for a device.</summary>
internal sealed class KeptKernels
{
    private static readonly Assembly _own = typeof(ScalarLane).Assembly;

    private readonly KernelFiles _files;
    private readonly string _device;

    private KeptKernels(KernelFiles files, string device)
    {
        _files = files;
        _device = device;
    }

    /// <summary>The kernels that are kept for an accelerator.</summary>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="directory">The folder of the cache.</param>
    /// <returns>Null where none are: the device has no driver that compiles.</returns>
    public static KeptKernels? For(Accelerator accelerator, string directory) =>
        Describe(accelerator) is string device ? new(new KernelFiles(directory, Build()), device) : null;

    /// <summary>Finds a kernel's text.</summary>
    public string? Find(MethodInfo kernel) => IsOwn(kernel.DeclaringType!) ? _files.Find(Key(kernel)) : null;

    /// <summary>Keeps a kernel's text.</summary>
    public void Add(MethodInfo kernel, string source)
    {
        if (IsOwn(kernel.DeclaringType!))
            _files.Add(Key(kernel), source);
    }

    /// <summary>
    /// Whether a kernel consists of nothing but Optimi's own types, whose code the build identifies. What others' types call, or read as
    /// constants, could change without their kernel's name changing.
    /// </summary>
    private static bool IsOwn(Type type) => type.Assembly == _own && type.GetGenericArguments().All(IsOwn);

    /// <summary>All code that takes part in compiling: any other build compiles anew.</summary>
    private static string Build() => string.Join(
        '\n',
        ((Type[])[typeof(KeptKernels), typeof(ScalarLane), typeof(Context), typeof(object)])
            .Select(type => $"{type.Module.ScopeName} {type.Module.ModuleVersionId}")
            .Append($"{RuntimeInformation.ProcessArchitecture}"));

    /// <summary>What ILGPU's output depends on of a device, and more of it.</summary>
    private static string? Describe(Accelerator accelerator) => accelerator.Device switch
    {
        CLDevice device => string.Join(
            '\n',
            (string[])
            [
                $"{device.Vendor} {device.Name} {device.VendorName}",
                $"{device.PlatformName} {device.PlatformVersion} {device.DeviceVersion} {device.CVersion} {device.CLStdVersion}",
                .. device.Extensions,
            ]),
        CudaDevice device => $"{device.Name} {device.DriverVersion} {device.Architecture} {device.InstructionSet}",
        _ => null,
    };

    private string Key(MethodInfo kernel) => $"{_device}\n{kernel.DeclaringType}\n{kernel}";
}
