using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Optimi.Kernels;

namespace Optimi;

/// <summary>Finds, describes and opens devices.</summary>
internal static class DeviceFinder
{
    /// <summary>Held while drivers are asked for devices: one that is just starting says to a second thread that it has none.</summary>
    private static readonly Lock _drivers = new();

    /// <summary>The host's name.</summary>
    public const string Host = "cpu";

    private const string Names = "auto, cuda[:n], opencl[:n], cpu, cpu-simulated";

    public static ComputeDevice Open(string name, DeviceOptions options)
    {
        ArgumentNullException.ThrowIfNull(name);
        switch (name)
        {
            case "auto":
                return OpenFirstGpu(options) ?? OpenHost(DeviceKind.Host, options: options);
            case "cpu" or "cpu-simulated":
                options.CheckWithoutCuda(name);
                return OpenHost(name == "cpu" ? DeviceKind.Host : DeviceKind.Simulated, options: options);
            default:
                return OpenGpu(name, options);
        }
    }

    public static ComputeDevice Adopt(Accelerator accelerator, AcceleratorStream? stream)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        if (stream is not null && stream.Accelerator != accelerator)
        {
            throw new DeviceException(
                $"The stream belongs to '{stream.Accelerator.Name}', not to '{accelerator.Name}'; pass one of its own.");
        }

        DeviceDescription description = accelerator.AcceleratorType switch
        {
            AcceleratorType.CPU => DescribeHost(DeviceKind.Host),
            AcceleratorType.Cuda or AcceleratorType.OpenCL => Describe(accelerator.Device, "adopted"),
            AcceleratorType other => throw new DeviceException(
                $"Accelerator '{accelerator.Name}' is of type {other}; Optimi runs on CPU, Cuda and OpenCL accelerators."),
        };
        if (description.Problem is string problem)
            throw new DeviceException($"Accelerator '{accelerator.Name}' cannot be used: {problem}.");
        return new ComputeDevice(description, AcceleratorSource.Adopted(accelerator, stream), accelerator.Device);
    }

    public static IReadOnlyList<DeviceDescription> List()
    {
        DeviceDescription host = DescribeHost(DeviceKind.Host);
        DeviceDescription simulation = DescribeHost(DeviceKind.Simulated);
        if (!RuntimeFeature.IsDynamicCodeSupported)
            return [host, simulation];
        using Lock.Scope turn = _drivers.EnterScope();
        Context context = CreateContext(builder => AddGpus(builder));
        try
        {
            return
            [
                host,
                simulation,
                .. Gpus(context).Select(gpu => gpu.Description with
                {
                    Problem = gpu.Description.Problem ?? ProblemOf(gpu.Description.Name, gpu.Device, context),
                }),
            ];
        }
        finally
        {
            BoundAccelerator.Dispose(context);
        }
    }

    /// <summary>The largest single allocation of an OpenCL device in bytes; null where memory is the only limit.</summary>
    public static long? MaxAllocationBytes(Device device) =>
        device is CLDevice openCL
            ? (long)openCL.GetDeviceInfo<ulong>(CLDeviceInfoType.CL_DEVICE_MAX_MEM_ALLOC_SIZE)
            : null;

    /// <summary>Whether an OpenCL device is a processor, as PoCL's are.</summary>
    public static bool IsProcessor(Device device) =>
        device is CLDevice openCL && openCL.DeviceType.HasFlag(CLDeviceType.CL_DEVICE_TYPE_CPU);

    /// <summary>Opens the host, or the simulation on it.</summary>
    public static ComputeDevice OpenHost(
        DeviceKind kind, Type? lane = null, KernelShape? shape = null, DeviceOptions? options = null)
    {
        // The accelerator is for kernels of the user's, whose groups on the simulation may be as large as a tile.
        var source = AcceleratorSource.OfHost(() => CreateContext(builder => builder.CPU(
            kind == DeviceKind.Simulated ? new CPUDevice(32, Tile.Length / 32, 1) : CPUDevice.Default), options));
        return new ComputeDevice(DescribeHost(kind), source, null)
        {
            Lane = lane,
            Shape = shape ?? (kind == DeviceKind.Host ? KernelShape.Host : KernelShape.Tile),
        };
    }

    private static ComputeDevice? OpenFirstGpu(DeviceOptions options)
    {
        options.CheckForCuda();
        if (options.OfCuda is string asked)
            AcceleratorSource.CheckDynamicCode($"Device 'auto' with {asked}");
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            Warnings.Raise(
                typeof(ComputeDevice),
                "GPUs were not looked for, since ILGPU generates code at run time and this program does not allow that: it is made"
                + " for native AOT, as file-based programs are by default. The host is used. To use a GPU add"
                + " '#:property PublishAot=false'; to be spared this warning open 'cpu'.");
            return null;
        }

        using Lock.Scope turn = _drivers.EnterScope();
        Context context = CreateContext(builder => AddGpus(builder), options);
        string found = "";
        foreach ((DeviceDescription description, Device device) in Gpus(context))
        {
            bool isWanted = device is not CLDevice openCL
                || (options.OfCuda is null && openCL.DeviceType.HasFlag(CLDeviceType.CL_DEVICE_TYPE_GPU));
            if (!isWanted)
                continue;
            string? problem = description.Problem;
            if (problem is null && TryOpen(description.Name, device, context, options, out OpenedAccelerator? opened, out problem))
                return new ComputeDevice(description, AcceleratorSource.Owned(context, opened), device);
            found += $" {problem}";
        }

        BoundAccelerator.Dispose(context);
        options.CheckWithoutCuda("auto", found);
        return null;
    }

    private static ComputeDevice OpenGpu(string name, DeviceOptions options)
    {
        string[] parts = name.Split(':');
        bool isName = parts.Length <= 2 && parts[0] is "cuda" or "opencl"
            && (parts.Length == 1 || int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out _));
        if (!isName)
            throw new DeviceException($"'{name}' is no device name; use one of {Names}.");
        if (parts[0] == "cuda")
            options.CheckForCuda();
        else
            options.CheckWithoutCuda(name);
        string full = parts.Length == 2 ? name : $"{name}:0";
        AcceleratorSource.CheckDynamicCode($"Device '{full}'");
        using Lock.Scope turn = _drivers.EnterScope();
        Context context = CreateContext(builder => AddGpus(builder), options);
        try
        {
            (DeviceDescription description, Device device) =
                Gpus(context).FirstOrDefault(gpu => gpu.Description.Name == full);
            if (description is null)
            {
                string found = string.Join(", ", Gpus(context).Select(gpu => $"{gpu.Description.Name} ({gpu.Device.Name})"));
                throw new DeviceException(
                    $"There is no device '{full}'; found: cpu, cpu-simulated{(found == "" ? "" : ", " + found)}."
                    + (parts[0] == "cuda" ? " A CUDA device needs NVIDIA's driver." : " An OpenCL device needs a driver (ICD)."));
            }

            if (description.Problem is string problem)
                throw new DeviceException($"Device '{full}' ({device.Name}) cannot be used: {problem}.");
            return new ComputeDevice(description, AcceleratorSource.Owned(context, Create(full, device, context, options)), device);
        }
        catch
        {
            BoundAccelerator.Dispose(context);
            throw;
        }
    }

    private static OpenedAccelerator Create(string name, Device device, Context context, DeviceOptions options)
    {
        try
        {
            return device is CudaDevice cuda
                ? OpenedAccelerator.OfCuda(CudaDriver.Instance, () => device.CreateAccelerator(context), cuda.DeviceId, options)
                : new(device.CreateAccelerator(context), null, null);
        }
        catch (Exception error) when (
            error is AcceleratorException or NotSupportedException or InvalidOperationException or DeviceException)
        {
            throw new DeviceException($"Device '{name}' ({device.Name}) cannot be opened: {error.Message}", error);
        }
    }

    private static string? ProblemOf(string name, Device device, Context context)
    {
        if (TryOpen(name, device, context, new DeviceOptions(), out OpenedAccelerator? opened, out string? problem))
            opened.Close();
        return problem;
    }

    private static bool TryOpen(
        string name,
        Device device,
        Context context,
        DeviceOptions options,
        [NotNullWhen(true)] out OpenedAccelerator? opened,
        out string? problem)
    {
        try
        {
            opened = Create(name, device, context, options);
            problem = null;
            return true;
        }
        catch (DeviceException error)
        {
            opened = null;
            problem = error.Message;
            return false;
        }
    }

    private static IEnumerable<(DeviceDescription Description, Device Device)> Gpus(Context context) =>
    [
        .. context.Devices.OfType<CudaDevice>().Select((device, i) => (Describe(device, $"cuda:{i}"), (Device)device)),
        .. context.Devices.OfType<CLDevice>().Select((device, i) => (Describe(device, $"opencl:{i}"), (Device)device)),
    ];

    /// <summary>Describes a GPU.</summary>
    public static DeviceDescription Describe(Device device, string name)
    {
        string? problem = device.MaxNumThreadsPerGroup < Tile.Length
            ? $"its groups have {device.MaxNumThreadsPerGroup} work-items at most, and {Tile.Length} are needed"
            : null;
        return device switch
        {
            CudaDevice cuda => new(
                name, DeviceKind.Cuda, cuda.Name, cuda.MemorySize, cuda.NumMultiprocessors,
                $"driver {cuda.DriverVersion}, {cuda.Architecture}", problem),
            CLDevice openCL => new(
                name, DeviceKind.OpenCL, openCL.Name, openCL.MemorySize, openCL.NumMultiprocessors,
                $"{openCL.PlatformName}, {openCL.DeviceVersion}", problem),
            _ => throw new DeviceException($"Device '{device.Name}' is neither a CUDA nor an OpenCL device."),
        };
    }

    private static DeviceDescription DescribeHost(DeviceKind kind) => new(
        kind == DeviceKind.Host ? Host : "cpu-simulated",
        kind,
        kind == DeviceKind.Host ? $"host, {HostLanes.Widest.Name}" : "host, work-item by work-item",
        HostMemorySize.Bytes,
        Environment.ProcessorCount,
        RuntimeInformation.FrameworkDescription,
        null);

    private static Context CreateContext(Action<Context.Builder> addDevices, DeviceOptions? options = null)
    {
        NativeLibraries.Register();
        return Context.Create(builder =>
        {
            addDevices(builder);
            builder.UseOptimi();
            options?.ConfigureContext?.Invoke(builder);
        });
    }

    private static void AddGpus(Context.Builder builder) => builder.Cuda().OpenCL(device =>
    {
        // ILGPU refuses devices without a generic address space, such as PoCL's before version 4; these kernels need none.
        SetGenericAddressSpace(device.Capabilities, true);
        return true;
    });

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_GenericAddressSpace")]
    private static extern void SetGenericAddressSpace(CLCapabilityContext capabilities, bool value);
}
