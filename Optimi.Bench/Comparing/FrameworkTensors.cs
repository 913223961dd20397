namespace Optimi.Bench;

/// <summary>Tensors of a framework, one behind the other in one piece of memory.</summary>
internal sealed class FrameworkTensors : IDisposable
{
    private readonly FrameworkMemory _memory;

    /// <param name="device">The device.</param>
    /// <param name="dtype">How the numbers are stored.</param>
    /// <param name="lengths">How many numbers each tensor has.</param>
    /// <param name="alignment">What each tensor's first byte is a multiple of; the size of a number, for any place.</param>
    /// <param name="pages">The pages, if it is the host's memory.</param>
    /// <param name="place">Its number among what is walked side by side: 0 for values, 1 for gradients.</param>
    public FrameworkTensors(
        ComputeDevice device, DType dtype, IReadOnlyList<int> lengths, int alignment, PageKind pages, int place)
    {
        var offsets = new long[lengths.Count];
        // Where any place will do, the first tensor does not begin at a good one either.
        long end = alignment;
        foreach ((int tensor, int length) in lengths.Index())
        {
            offsets[tensor] = (end + alignment - 1) / alignment * alignment;
            end = offsets[tensor] + ((long)length * TrafficSlot.BytesOf(dtype));
        }

        _memory = FrameworkMemory.Allocate(device, end, pages, place);
        Views = [.. lengths.Zip(offsets, (length, offset) => _memory.View(dtype, offset, length))];
    }

    /// <summary>The tensors.</summary>
    public IReadOnlyList<TensorView> Views { get; }

    public void Dispose() => _memory.Dispose();
}
