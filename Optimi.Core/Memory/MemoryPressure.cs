namespace Optimi;

/// <summary>Tells the garbage collector of memory that it does not manage, until that is freed or nobody refers to this any more.</summary>
internal sealed class MemoryPressure : IDisposable
{
    private long _bytes;

    /// <param name="bytes">How much memory: at least 1 byte.</param>
    public MemoryPressure(long bytes)
    {
        _bytes = bytes;
        GC.AddMemoryPressure(bytes);
    }

    ~MemoryPressure() => GC.RemoveMemoryPressure(_bytes);

    public void Dispose()
    {
        if (_bytes == 0)
            return;
        GC.RemoveMemoryPressure(_bytes);
        _bytes = 0;
        GC.SuppressFinalize(this);
    }
}
