using System.Globalization;

namespace Optimi;

/// <summary>A tensor that is trained: its values and its gradient, in a <see cref="ParameterBuffer"/>.</summary>
public sealed partial class Parameter
{
    private readonly int[] _shape;
    private readonly ValueStorage _value;
    private readonly GradientStorage _gradient;
    private RentedGradient? _rented;

    internal Parameter(ParameterBuffer buffer, string name, DType dtype, DType gradientDType, int[] shape, long length)
    {
        Buffer = buffer;
        Name = name;
        DType = dtype;
        GradientDType = gradientDType;
        _shape = shape;
        Length = length;
        _value = new ValueStorage(this);
        _gradient = new GradientStorage(this);
    }

    /// <summary>The buffer that it belongs to.</summary>
    public ParameterBuffer Buffer { get; }

    /// <summary>The name, unique in its buffer.</summary>
    public string Name { get; }

    /// <summary>The extent of each dimension; at least one dimension, each at least 0.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>How many numbers there are: the product of the shape.</summary>
    public long Length { get; }

    /// <summary>How values are stored.</summary>
    public DType DType { get; }

    /// <summary>How gradients are stored.</summary>
    public DType GradientDType { get; }

    /// <summary>The values. When they are set by <c>CopyFrom</c> or <c>Fill</c>, the Kahan compensation of every optimizer becomes zero, and
    /// slow weights become the new values. Where weights are split (<see cref="OptimizerOptions.MasterWeightBits"/>), float32 numbers set
    /// their low bits, too, once an optimizer has states; of others the low bits are zero. Moments go on, and so does an average; <see cref="Optimizer.ResetState"/> begins all anew. While an
    /// optimizer's averages are in their place (<see cref="Optimizer.SwapIn"/>), setting them is a <see cref="ParameterException"/>.</summary>
    public TensorStorage Value => _value;

    /// <summary>The gradient, of the same shape; its memory is allocated when it is first asked for.</summary>
    /// <exception cref="ParameterException">The parameter has no memory for a gradient.</exception>
    public TensorStorage Gradient
    {
        get
        {
            CheckGradientMemory();
            return _gradient;
        }
    }

    /// <summary>
    /// Whether the parameter takes part in steps: set when its gradient is written, a view of it is taken, or memory is bound for it; cleared by the
    /// user. A parameter without a gradient is left alone entirely: no decay, no states, no counting.
    /// </summary>
    /// <exception cref="ParameterException">Set although the parameter has no memory for a gradient.</exception>
    public bool HasGradient
    {
        get;
        set
        {
            lock (Buffer.Device.Gate)
            {
                if (value)
                    CheckGradientMemory();
                if (field != value)
                    Buffer.Participations++;
                field = value;
            }
        }
    }

    /// <summary>
    /// Whether steps pass the parameter over although it has a gradient. While it has been frozen from the beginning, an
    /// optimizer keeps no states for it. Default false.
    /// </summary>
    public bool Frozen
    {
        get;
        set
        {
            lock (Buffer.Device.Gate)
            {
                if (field != value)
                    Buffer.Participations++;
                field = value;
            }
        }
    }

    /// <summary>
    /// Lets steps read the gradient from memory that the caller owns, and has it written before each. It stays valid until other memory
    /// is bound, or <see cref="UnbindGradient"/> is called, and until steps that read it have taken place. The parameter takes part in
    /// steps from then on. Binding other memory, in every step if need be, allocates nothing.
    /// </summary>
    /// <param name="gradient">Memory of the host: as many numbers as the parameter has, stored as <see cref="GradientDType"/> says.</param>
    /// <exception cref="ParameterException">The length or the type is another.</exception>
    /// <exception cref="DeviceException">The device's memory is not the host's.</exception>
    /// <exception cref="ObjectDisposedException">The buffer or the device is disposed.</exception>
    public void BindGradient(TensorMemory gradient)
    {
        lock (Buffer.Device.Gate)
        {
            Buffer.ThrowIfDisposed();
            CheckGradient(gradient.DType, gradient.Length);
            LentGuard.CheckHost(this, Buffer.Device);
            _gradient.Borrow(gradient);
            OnGradientBound();
        }
    }

    /// <inheritdoc cref="BindGradient(TensorMemory)"/>
    /// <param name="gradient">Memory of the device: as many numbers as the parameter has, stored as <see cref="GradientDType"/>
    /// says.</param>
    /// <exception cref="ParameterException">The length or the type is another, or the memory is another device's.</exception>
    public void BindGradient(TensorView gradient)
    {
        lock (Buffer.Device.Gate)
        {
            Buffer.ThrowIfDisposed();
            CheckGradient(gradient.DType, gradient.Length);
            gradient.CheckDevice(Buffer.Device);
            _gradient.Borrow(gradient);
            OnGradientBound();
        }
    }

    /// <summary>Lets go of the memory that was bound. The parameter has no gradient then.</summary>
    public void UnbindGradient()
    {
        lock (Buffer.Device.Gate)
        {
            if (_gradient.Lent is null)
                return;
            _gradient.GiveBack();
            HasGradient = false;
        }
    }

    /// <summary>
    /// Rents memory for a gradient that is needed for a moment: until a step with it, or its own <see cref="RentedGradient.Dispose"/>.
    /// It holds anything. As long as each layer's gradients are rented together and given back before the next layer's are rented, the
    /// buffer's pool never has more than the largest layer takes.
    /// </summary>
    /// <exception cref="ParameterException">It is rented already.</exception>
    /// <exception cref="DeviceException">The device has no memory left; it is not rented.</exception>
    /// <exception cref="ObjectDisposedException">The buffer or the device is disposed.</exception>
    public RentedGradient RentGradient()
    {
        lock (Buffer.Device.Gate)
        {
            Buffer.ThrowIfDisposed();
            _rented ??= new RentedGradient(this);
            _rented.Rent();
            return _rented;
        }
    }

    /// <summary>Checks memory of a gradient.</summary>
    /// <exception cref="ParameterException">The length or the type is another.</exception>
    internal void CheckGradient(DType dtype, long length)
    {
        if (length != Length || (dtype != GradientDType && length > 0))
            throw Mismatch(dtype, length);
    }

    /// <summary>The slabs that it lies in, once its buffer is placed.</summary>
    internal PlacedSlabs? Place { get; private set; }

    /// <summary>Its first tile in those slabs.</summary>
    internal int FirstTile { get; set; }

    /// <summary>Where its values lie, once its buffer is placed.</summary>
    internal MemoryPlace ValuePlace => _value.Place;

    /// <summary>Where its gradient lies, once that is allocated.</summary>
    internal MemoryPlace GradientPlace => _gradient.Place;

    /// <summary>Whether its values lie in memory of somebody else.</summary>
    internal bool IsAdopted => _value.Lent is not null;

    /// <summary>Whether its gradient lies in memory of somebody else.</summary>
    internal bool HasLentGradient => _gradient.Lent is not null;

    /// <summary>Lets its values lie in memory of somebody else, of the host.</summary>
    internal void BorrowValues(TensorMemory values) => _value.Borrow(values);

    /// <summary>Lets its values lie in memory of somebody else, of the device.</summary>
    internal void BorrowValues(TensorView values) => _value.Borrow(values);

    /// <summary>Sees to it that there is a gradient, for a parameter that is said to have one before any was written.</summary>
    internal void AllocateGradient(Transaction transaction)
    {
        if (_gradient.Lent is null)
            Place!.AllocateGradients(transaction);
    }

    /// <summary>Sets a gradient to zero that lies in memory of somebody else.</summary>
    internal void ClearLentGradient() => _gradient.Lent?.Clear(0, _gradient.Bytes);

    /// <summary>Lets go of all memory of somebody else.</summary>
    internal void GiveBack()
    {
        _value.GiveBack();
        _gradient.GiveBack();
    }

    /// <summary>How many tiles it takes.</summary>
    internal int TileCount => (int)((Length + Kernels.Tile.Length - 1) / Kernels.Tile.Length);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {DType} {ShapeText(_shape)}";

    /// <summary>A shape as text, in every culture the same.</summary>
    internal static string ShapeText(ReadOnlySpan<int> shape) =>
        $"[{string.Join(", ", shape.ToArray().Select(extent => extent.ToString(CultureInfo.InvariantCulture)))}]";

    private ParameterException Mismatch(DType dtype, long length) => new(length != Length
        ? FormattableString.Invariant(
            $"Parameter '{Name}' has {Length} numbers, but its gradient {length}; pass all of them, row-major.")
        : $"A gradient of parameter '{Name}' was given as {dtype}, but its gradients are {GradientDType}; convert it, or make the buffer"
            + $" with gradientDType: DType.{dtype}.");

    private void OnGradientBound()
    {
        // Setting it takes the device's turn once more, which many bindings would feel.
        if (!HasGradient)
            HasGradient = true;
        Buffer.Bindings++;
    }

    /// <summary>Checks that there may be a gradient that stays.</summary>
    /// <exception cref="ParameterException">There is no memory for one.</exception>
    internal void CheckGradientMemory()
    {
        if (_gradient.Lent is not null || (Buffer.GradientMemory == GradientMemory.Kept && !IsAdopted))
            return;
        string why = IsAdopted ? "was adopted without a gradient" : "is in a buffer without gradients";
        throw new ParameterException(
            $"Parameter '{Name}' {why}, so it has no memory for one; pass the gradient to Step(parameter, gradient), rent memory by"
            + " RentGradient, or bind your own by BindGradient.");
    }

    /// <summary>Gives it its slabs, and them a copy of what was written early.</summary>
    internal void OnPlaced(PlacedSlabs place)
    {
        Place = place;
        _value.UploadEarly();
        _gradient.UploadEarly();
    }

    /// <summary>Takes the slabs from it again; what was written early waits as before.</summary>
    internal void OnDisplaced() => Place = null;

    /// <summary>Forgets what was written early, once its slabs are there to stay.</summary>
    internal void ForgetEarly()
    {
        _value.ForgetEarly();
        _gradient.ForgetEarly();
    }
}
