namespace Optimi.Bench;

/// <summary>One walk through slabs, some of them twice as long as the others.</summary>
internal sealed unsafe class StreamPass
{
    /// <summary>All blocks divide it, and no two parts share a page.</summary>
    private const int Grain = 4096;

    private readonly nint[] _addresses = new nint[StreamLoop.MaxRead + StreamLoop.MaxUpdated];
    private readonly (int All, int Wide) _read;
    private readonly (int All, int Wide) _updated;
    private readonly nint _narrowBytes;
    private readonly StreamLoop.Range _rest;
    private readonly uint _mask;

    /// <summary>Takes the slabs of a pass.</summary>
    /// <param name="slabs">The slabs; at least one.</param>
    /// <param name="mask">See <see cref="StreamLoop.Range"/>.</param>
    public StreamPass(IReadOnlyList<StreamSlab> slabs, uint mask = 0)
    {
        long narrow = slabs.Min(slab => slab.Bytes);
        _read = Place(slabs, isWritten: false, narrow, 0);
        _updated = Place(slabs, isWritten: true, narrow, StreamLoop.MaxRead);
        _narrowBytes = (nint)narrow;
        _mask = mask;
        _rest = StreamLoop.Over(typeof(ByteBlock), _read, _updated);
        Bytes = slabs.Sum(slab => slab.Bytes * (slab.IsWritten ? 2 : 1));
    }

    /// <summary>Bytes that it reads and writes.</summary>
    public long Bytes { get; }

    /// <summary>The walk in blocks of a type: runs part i of n. All parts together visit every byte once.</summary>
    public Action<int, int> In(Type block)
    {
        StreamLoop.Range loop = StreamLoop.Over(block, _read, _updated);
        return (part, parts) =>
        {
            nint grains = _narrowBytes / Grain;
            nint to = grains * (part + 1) / parts * Grain;
            fixed (nint* slabs = _addresses)
            {
                loop(slabs, grains * part / parts * Grain, to, _mask);
                if (part == parts - 1)
                    _rest(slabs, to, _narrowBytes, _mask);
            }
        };
    }

    /// <summary>Puts the slabs of a kind where the loop looks for them, wide ones last.</summary>
    private (int All, int Wide) Place(IReadOnlyList<StreamSlab> slabs, bool isWritten, long narrow, int at)
    {
        StreamSlab[] kind = [.. slabs.Where(slab => slab.IsWritten == isWritten).OrderBy(slab => slab.Bytes)];
        int most = isWritten ? StreamLoop.MaxUpdated : StreamLoop.MaxRead;
        if (kind.Length > most || slabs.Any(slab => slab.Bytes != narrow && slab.Bytes != 2 * narrow))
        {
            throw new ArgumentException(
                $"A pass has at most {StreamLoop.MaxRead} slabs to read and {StreamLoop.MaxUpdated} to update, some twice as long;"
                + $" not {string.Join(", ", slabs)}.");
        }

        foreach (StreamSlab slab in kind)
            _addresses[at++] = slab.Address;
        return (kind.Length, kind.Count(slab => slab.Bytes > narrow));
    }
}
