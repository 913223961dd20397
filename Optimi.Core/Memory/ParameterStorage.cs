namespace Optimi;

/// <summary>
/// The memory of a parameter's values or gradient. What is written before the buffer is placed in device memory waits on the
/// host, so that writing does not decide which parameters share a slab.
/// </summary>
internal abstract class ParameterStorage(Parameter parameter) : TensorStorage(parameter.DType, parameter.Length)
{
    private byte[]? _early;

    protected Parameter Parameter { get; } = parameter;

    private protected override ComputeDevice Device => Parameter.Buffer.Device;

    /// <summary>The slab, once the parameter is placed.</summary>
    protected abstract Slab Slab { get; }

    /// <summary>Copies what was written early to where it belongs.</summary>
    public void UploadEarly()
    {
        if (_early is not null)
            Slab.Upload(Parameter.Offset, _early);
    }

    /// <summary>Forgets what was written early.</summary>
    public void ForgetEarly() => _early = null;

    private protected override (Slab Slab, long Offset) Locate()
    {
        Parameter.Buffer.PlaceAll();
        return (Slab, Parameter.Offset);
    }

    private protected override void Write(long offset, ReadOnlySpan<byte> source)
    {
        Parameter.Buffer.ThrowIfDisposed();
        long bytes = Length * DType.Bytes();
        if (Parameter.Place is not null || bytes > Array.MaxLength)
        {
            base.Write(offset, source);
            return;
        }

        _early ??= Device.Allocator.AllocateManaged<byte>(bytes);
        source.CopyTo(_early.AsSpan((int)offset));
    }
}
