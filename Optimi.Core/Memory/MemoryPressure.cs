namespace Optimi;

/// <summary>Tells the garbage collector and listeners of memory that it does not manage, until that is freed or nobody refers to this any
/// more.</summary>
internal sealed class MemoryPressure : IDisposable
{
    private readonly Total _held;
    private long _bytes;

    /// <param name="bytes">How much memory: at least 1 byte.</param>
    /// <param name="held">What it is counted in.</param>
    public MemoryPressure(long bytes, Total held)
    {
        _bytes = bytes;
        _held = held;
        GC.AddMemoryPressure(bytes);
        held.Add(bytes);
    }

    ~MemoryPressure() => Remove();

    public void Dispose()
    {
        if (_bytes == 0)
            return;
        Remove();
        GC.SuppressFinalize(this);
    }

    private void Remove()
    {
        GC.RemoveMemoryPressure(_bytes);
        _held.Add(-_bytes);
        _bytes = 0;
    }
}
