namespace Optimi;

/// <summary>
/// Memory for gradients that are needed for a moment. It grows by what is missing while others are rented, and is one piece again, as
/// large as the most that was rented at once, when all came back.
/// </summary>
internal sealed class GradientPool(ComputeDevice device) : IDisposable
{
    private readonly List<Slab> _slabs = [];
    private readonly List<Piece> _rented = [];
    private long _rentedBytes;
    private long _mostRentedBytes;

    /// <summary>Bytes allocated.</summary>
    public long Bytes
    {
        get
        {
            long sum = 0;
            foreach (Slab slab in _slabs)
                sum += slab.Bytes;
            return sum;
        }
    }

    /// <summary>Rents memory, which holds anything.</summary>
    /// <param name="bytes">How much: whole tiles.</param>
    /// <exception cref="DeviceException">The device has not got it.</exception>
    public Piece Rent(long bytes)
    {
        if (_rented.Count == 0 && (_slabs.Count > 1 || (_slabs.Count == 1 && _slabs[0].Bytes < bytes)))
            Dispose();
        Piece piece = Find(bytes) ?? Grow(bytes);
        _rented.Add(piece);
        _rentedBytes += bytes;
        _mostRentedBytes = Math.Max(_mostRentedBytes, _rentedBytes);
        return piece;
    }

    /// <summary>Takes memory back.</summary>
    public void GiveBack(Piece piece)
    {
        if (_rented.Remove(piece))
            _rentedBytes -= piece.Bytes;
    }

    /// <summary>Frees all memory.</summary>
    public void Dispose()
    {
        foreach (Slab slab in _slabs)
            slab.Dispose();
        _slabs.Clear();
    }

    private Piece Grow(long bytes)
    {
        var slab = new Slab(device, _rented.Count == 0 ? Math.Max(bytes, _mostRentedBytes) : bytes, Slot.Gradients);
        _slabs.Add(slab);
        return new Piece(slab, 0, bytes);
    }

    /// <summary>The first place that is free and large enough.</summary>
    private Piece? Find(long bytes)
    {
        foreach (Slab slab in _slabs)
        {
            long at = 0;
            while (at + bytes <= slab.Bytes)
            {
                var found = new Piece(slab, at, bytes);
                long behind = BehindOverlapping(found);
                if (behind == at)
                    return found;
                at = behind;
            }
        }

        return null;
    }

    /// <summary>Where the rented memory ends that overlaps a piece; where the piece begins if none does.</summary>
    private long BehindOverlapping(Piece piece)
    {
        foreach (Piece other in _rented)
        {
            if (other.Slab == piece.Slab && other.Offset < piece.Offset + piece.Bytes && piece.Offset < other.Offset + other.Bytes)
                return other.Offset + other.Bytes;
        }

        return piece.Offset;
    }

    /// <summary>A part of the pool's memory.</summary>
    internal readonly record struct Piece(Slab Slab, long Offset, long Bytes);
}
