namespace Optimi;

/// <summary>A parameter's values. Written before the buffer is placed in device memory, they wait on the host.</summary>
internal sealed class ValueStorage(Parameter parameter) : TensorStorage(parameter.DType, parameter.Length)
{
    private byte[]? _initial;

    private protected override string Description => $"The value of parameter '{parameter.Name}'";

    /// <summary>Puts values that were written early where they belong.</summary>
    public void OnPlaced()
    {
        if (_initial is null)
            return;
        parameter.Place!.Values.Upload(parameter.Offset, _initial);
        _initial = null;
    }

    private protected override (Slab Slab, long Offset) Locate()
    {
        parameter.Buffer.PlaceAll();
        return (parameter.Place!.Values, parameter.Offset);
    }

    private protected override void Write(long offset, ReadOnlySpan<byte> source)
    {
        parameter.Buffer.ThrowIfDisposed();
        if (parameter.Place is not null || parameter.Length * DType.Bytes() > Array.MaxLength)
        {
            base.Write(offset, source);
            return;
        }

        _initial ??= new byte[parameter.Length * DType.Bytes()];
        source.CopyTo(_initial.AsSpan((int)offset));
    }
}
