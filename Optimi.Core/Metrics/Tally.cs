namespace Optimi;

/// <summary>What one device or optimizer has counted: one thread at a time adds, any thread may read.</summary>
/// <param name="owner">Whose count it is. It is not kept alive.</param>
internal sealed class Tally(object owner)
{
    private readonly WeakReference _owner = new(owner);
    private long _count;

    /// <summary>The count so far.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Whether more may come.</summary>
    public bool IsOpen => _owner.IsAlive;

    /// <summary>Adds a number. The caller has the device's turn.</summary>
    public void Add(long number) => Volatile.Write(ref _count, _count + number);
}
