namespace Optimi;

/// <summary>One state of one parameter.</summary>
internal sealed class StateStorage(Optimizer optimizer, Parameter parameter, string name, DType dtype, Slab slab, int firstTile)
    : TensorStorage(dtype, parameter.Length)
{
    private protected override ComputeDevice Device => parameter.Buffer.Device;

    private protected override string Description => $"State '{name}' of parameter '{parameter.Name}'";

    private protected override void ThrowIfDisposed() => optimizer.ThrowIfDisposed();

    private protected override (DeviceMemory Memory, long Offset) Locate()
    {
        ThrowIfDisposed();
        return (slab, (long)firstTile * DType.TileBytes());
    }
}
