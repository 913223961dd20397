using Optimi.Kernels;

namespace Optimi;

/// <summary>The average of one parameter. Once it is set, it goes on from there.</summary>
internal sealed class AverageStorage(Optimizer optimizer, LaunchTensor tensor, Action onWritten)
    : TensorStorage(DType.Float32, tensor.Parameter.Length)
{
    private readonly AverageMemory _memory = tensor.Averages!;

    private protected override ComputeDevice Device => tensor.Parameter.Buffer.Device;

    private protected override string Description => $"State '{StateName.Average}' of parameter '{tensor.Parameter.Name}'";

    private protected override void ThrowIfDisposed()
    {
        optimizer.ThrowIfDisposed();
        ObjectDisposedException.ThrowIf(tensor.Averages != _memory, this);
    }

    private protected override (DeviceMemory Memory, long Offset) Locate()
    {
        ThrowIfDisposed();
        return (_memory.Slab, AverageMemory.OffsetOf(tensor));
    }

    private protected override void OnWritten() => onWritten();
}
