namespace Optimi;

/// <summary>
/// A gradient in memory that is rented for a moment: it is written, stepped with, and the memory serves the next one. A step with it gives
/// it back, and so does <see cref="Dispose"/>. A parameter has one such object: do not dispose of it after it was rented again. On a GPU the next one's memory may be the same: order work on the device's stream.
/// </summary>
public sealed class RentedGradient : TensorStorage, IDisposable
{
    private GradientPool.Piece? _piece;
    private bool _isWritten;

    internal RentedGradient(Parameter parameter)
        : base(parameter.GradientDType, parameter.Length) => Parameter = parameter;

    /// <summary>The parameter that it is the gradient of.</summary>
    public Parameter Parameter { get; }

    private protected override ComputeDevice Device => Parameter.Buffer.Device;

    private protected override string Description => $"The rented gradient of parameter '{Parameter.Name}'";

    /// <summary>Gives the memory back, if no step has.</summary>
    public void Dispose()
    {
        lock (Device.Gate)
            GiveBack();
    }

    /// <summary>Where it lies.</summary>
    /// <exception cref="ObjectDisposedException">It was given back.</exception>
    internal MemoryPlace Place
    {
        get
        {
            (DeviceMemory memory, long offset) = Locate();
            return memory.PlaceAt(offset);
        }
    }

    /// <summary>Checks that it holds a gradient.</summary>
    /// <exception cref="ObjectDisposedException">It was given back.</exception>
    /// <exception cref="ParameterException">Nothing was written to it.</exception>
    internal void CheckWritten()
    {
        ThrowIfDisposed();
        if (!_isWritten && Length > 0)
        {
            throw new ParameterException(
                $"Nothing was written to the rented gradient of parameter '{Parameter.Name}', whose memory holds anything; write it before a"
                + " step, or dispose of it.");
        }
    }

    /// <summary>Takes memory from the pool.</summary>
    /// <exception cref="ParameterException">It has some already.</exception>
    internal void Rent()
    {
        if (_piece is not null)
        {
            throw new ParameterException(
                $"The gradient of parameter '{Parameter.Name}' is rented already; step with it, or dispose of it, before it is rented again.");
        }

        _isWritten = false;
        _piece = Parameter.Buffer.Pool.Rent(Parameter, (long)Parameter.TileCount * DType.TileBytes());
        Parameter.Buffer.OnGradientsAllocated();
    }

    /// <summary>Gives the memory back to the pool.</summary>
    internal void GiveBack()
    {
        if (_piece is GradientPool.Piece piece)
            Parameter.Buffer.Pool.GiveBack(piece);
        _piece = null;
    }

    private protected override bool IsThere => _isWritten;

    private protected override void OnWritten() => _isWritten = true;

    private protected override void OnViewed() => _isWritten = true;

    private protected override void ThrowIfDisposed()
    {
        Parameter.Buffer.ThrowIfDisposed();
        ObjectDisposedException.ThrowIf(_piece is null, this);
    }

    private protected override (DeviceMemory Memory, long Offset) Locate()
    {
        ThrowIfDisposed();
        GradientPool.Piece piece = _piece!.Value;
        return (piece.Slab, piece.Offset);
    }
}
