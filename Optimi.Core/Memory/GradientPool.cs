namespace Optimi;

/// <summary>
/// Memory for gradients that are needed for a moment: never more than the largest layer takes, as long as each layer's are rented together
/// and given back before the next. A layer that is met for the first time gets exactly what it rents; afterwards all layers have the same
/// piece, as large as the largest.
/// </summary>
internal sealed class GradientPool(ComputeDevice device) : IDisposable
{
    private readonly List<Slab> _slabs = [];
    private readonly List<Piece> _rented = [];
    private readonly Dictionary<Parameter, long> _bytesOfLayer = [];
    private Parameter? _beginsLayer;
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
    /// <param name="parameter">Whose gradient it is for.</param>
    /// <param name="bytes">How much: whole tiles.</param>
    /// <exception cref="DeviceException">The device has not got it.</exception>
    public Piece Rent(Parameter parameter, long bytes)
    {
        if (_rented.Count == 0)
            BeginLayer(parameter, bytes);
        Piece piece = Find(bytes) ?? Replace(bytes);
        _rented.Add(piece);
        _rentedBytes += bytes;
        _mostRentedBytes = Math.Max(_mostRentedBytes, _rentedBytes);
        _bytesOfLayer[_beginsLayer!] = Math.Max(_rentedBytes, _bytesOfLayer.GetValueOrDefault(_beginsLayer!));
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

    /// <summary>Makes room for a layer, when nothing is rented.</summary>
    private void BeginLayer(Parameter parameter, long bytes)
    {
        _beginsLayer = parameter;
        bool isKnown = _bytesOfLayer.TryGetValue(parameter, out long ofLayer);
        long wanted = isKnown ? Math.Max(ofLayer, _mostRentedBytes) : bytes;
        if (isKnown && _slabs.Count == 1 && _slabs[0].Bytes >= ofLayer)
            return;
        Dispose();
        // A device that gives no such piece gives each gradient one of its own.
        Grow(wanted <= device.MaxAllocationBytes ? wanted : bytes);
    }

    /// <summary>Adds what is missing, in the place of memory that nobody rents and that is too small.</summary>
    private Piece Replace(long bytes)
    {
        for (int i = _slabs.Count - 1; i >= 0; i--)
        {
            Slab slab = _slabs[i];
            if (_rented.Exists(piece => piece.Slab == slab))
                continue;
            slab.Dispose();
            _slabs.RemoveAt(i);
        }

        return Grow(bytes);
    }

    private Piece Grow(long bytes)
    {
        var slab = new Slab(device, bytes, Slot.Gradients);
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
