using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU.Runtime.OpenCL;
using Optimi.Kernels;
using Half = System.Half;

namespace Optimi.Bench;

/// <summary>Finds what limits a workload.</summary>
internal static unsafe class MemoryLimits
{
    /// <summary>
    /// The limit of a workload. On the host: a loop over the optimizer's own slabs, and over as much other memory as it has of what
    /// there is no view of. On an OpenCL device that is a CPU: the same loop over host slabs of the same sizes. On a GPU: the device's
    /// copies. On the simulation, which is for debugging: null.
    /// </summary>
    /// <param name="ring">The workload, whose copies the loop walks in turn as well.</param>
    /// <param name="repeats">Steps of a round.</param>
    public static IMemoryLimit? For(WorkloadRing ring, int repeats) => ring.First.Device switch
    {
        { Kind: DeviceKind.Host } => OverSlabs(ring, repeats, isOwn: slot => !slot.IsPart),
        { Kind: DeviceKind.Simulated } => null,
        ComputeDevice device when IsOfHost(device) => OverSlabs(ring, repeats, isOwn: _ => false),
        ComputeDevice device => new DeviceCopyLimit(device),
    };

    /// <summary>Whether a device is timed whose memory is the host's, behind the host's caches.</summary>
    public static bool IsOfHost(ComputeDevice device) => device.Kind == DeviceKind.Host
        || device.Accelerator.Device is CLDevice { DeviceType: CLDeviceType.CL_DEVICE_TYPE_CPU };

    /// <summary>A loop over the slabs of slots: the optimizer's own, or others of the same sizes.</summary>
    private static HostLimit OverSlabs(WorkloadRing ring, int repeats, Func<TrafficSlot, bool> isOwn)
    {
        Traffic traffic = ring.First.Traffic;
        long tiles = ring.First.Parameters.Sum(TilesOf);
        List<HostMemory> others = [];
        return new HostLimit(traffic, tiles, repeats, [.. ring.Workloads.Select(SlabsOf)], others);

        Func<TrafficSlot, nint> SlabsOf(Workload workload)
        {
            var addresses = traffic.Slots.Index().ToDictionary(
                slot => slot.Item.Name, slot => isOwn(slot.Item) ? SlabOf(workload, slot.Item) : Other(slot.Item, slot.Index));
            return slot => addresses[slot.Name];
        }

        nint Other(TrafficSlot slot, int place)
        {
            others.Add(new HostMemory(tiles * slot.TileBytes, place));
            return others[^1].Address;
        }
    }

    /// <summary>Where the slab of a slot starts.</summary>
    private static nint SlabOf(Workload workload, TrafficSlot slot)
    {
        (nint Start, nint End)[] tensors = [.. workload.Parameters.Select(parameter =>
        {
            nint start = AddressOf(Traffic.StorageOf(workload.Optimizer, parameter, slot.Name));
            return (start, start + (nint)(TilesOf(parameter) * slot.TileBytes));
        })];
        nint first = tensors.Min(tensor => tensor.Start);
        // A loop that left the slab would change memory of others.
        if (tensors.Max(tensor => tensor.End) - first != workload.Parameters.Sum(TilesOf) * slot.TileBytes)
            throw new InvalidOperationException($"The {slot.Name} of {workload.Variant} does not lie in one piece.");
        return first;
    }

    private static nint AddressOf(TensorStorage storage) => storage.DType switch
    {
        DType.Float32 => AddressOf(storage.AsSpan<float>()),
        DType.BFloat16 => AddressOf(storage.AsSpan<BFloat16>()),
        _ => AddressOf(storage.AsSpan<Half>()),
    };

    private static nint AddressOf<T>(Span<T> span)
        where T : unmanaged => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(span));

    private static long TilesOf(Parameter parameter) => (parameter.Length + Tile.Length - 1) / Tile.Length;
}
