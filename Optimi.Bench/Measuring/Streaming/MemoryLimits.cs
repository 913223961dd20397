using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU.Runtime.OpenCL;
using Half = System.Half;

namespace Optimi.Bench;

/// <summary>Finds what limits a workload.</summary>
internal static unsafe class MemoryLimits
{
    /// <summary>
    /// The limit of a workload. On the host: a loop over the optimizer's own slabs. On an OpenCL device that is a CPU: the same
    /// loop over as many host slabs of the same sizes. On a GPU: the device's copies. On the simulation, which is for debugging:
    /// null.
    /// </summary>
    /// <param name="ring">The workload, whose copies the loop walks in turn as well.</param>
    /// <param name="repeats">Steps of a round.</param>
    public static IMemoryLimit? For(WorkloadRing ring, int repeats) => ring.First.Device switch
    {
        { Kind: DeviceKind.Host } => OverOwnSlabs(ring, repeats),
        { Kind: DeviceKind.Simulated } => null,
        ComputeDevice device when IsOfHost(device) => OverLikeSlabs(ring, repeats),
        ComputeDevice device => new DeviceCopyLimit(device),
    };

    /// <summary>Whether a device is timed whose memory is the host's, behind the host's caches.</summary>
    public static bool IsOfHost(ComputeDevice device) => device.Kind == DeviceKind.Host
        || device.Accelerator.Device is CLDevice { DeviceType: CLDeviceType.CL_DEVICE_TYPE_CPU };

    private static HostLimit OverOwnSlabs(WorkloadRing ring, int repeats) => new(
        ring.First.Traffic,
        PaddedLength(ring.First.Parameters),
        repeats,
        [.. ring.Workloads.Select(workload => (Func<TrafficSlot, nint>)(slot => SlabOf(workload, slot)))]);

    private static HostLimit OverLikeSlabs(WorkloadRing ring, int repeats)
    {
        Traffic traffic = ring.First.Traffic;
        long length = PaddedLength(ring.First.Parameters);
        Dictionary<string, HostMemory>[] copies = [.. ring.Workloads.Select(_ => traffic.Slots.Index().ToDictionary(
            slot => slot.Item.Name, slot => new HostMemory(length * slot.Item.Bytes, slot.Index)))];
        return new HostLimit(
            traffic,
            length,
            repeats,
            [.. copies.Select(slabs => (Func<TrafficSlot, nint>)(slot => slabs[slot.Name].Address))],
            [.. copies.SelectMany(slabs => slabs.Values)]);
    }

    /// <summary>Where the slab of a slot starts.</summary>
    private static nint SlabOf(Workload workload, TrafficSlot slot)
    {
        (nint Start, nint End)[] tensors = [.. workload.Parameters.Select(parameter =>
        {
            nint start = AddressOf(Traffic.StorageOf(workload.Optimizer, parameter, slot.Name));
            return (start, start + (nint)(PaddedLength(parameter) * slot.Bytes));
        })];
        nint first = tensors.Min(tensor => tensor.Start);
        // A loop that left the slab would change memory of others.
        if (tensors.Max(tensor => tensor.End) - first != PaddedLength(workload.Parameters) * slot.Bytes)
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

    /// <summary>The numbers of a slab, the rest of each tensor's last tile included.</summary>
    private static long PaddedLength(IEnumerable<Parameter> parameters) => parameters.Sum(PaddedLength);

    private static long PaddedLength(Parameter parameter) =>
        (parameter.Length + Kernels.Tile.Length - 1) / Kernels.Tile.Length * Kernels.Tile.Length;
}
