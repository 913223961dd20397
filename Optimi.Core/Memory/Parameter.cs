using System.Globalization;

namespace Optimi;

/// <summary>A tensor that is trained: its values and its gradient, in a <see cref="ParameterBuffer"/>.</summary>
public sealed class Parameter
{
    private readonly int[] _shape;
    private readonly ValueStorage _value;
    private readonly GradientStorage _gradient;
    private readonly Owners _owners = new();

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
    /// slow weights become the new values. Moments go on; <see cref="Optimizer.Forget"/> begins all anew.</summary>
    public TensorStorage Value => _value;

    /// <summary>The gradient, of the same shape; its memory is allocated when it is first asked for.</summary>
    public TensorStorage Gradient => _gradient;

    /// <summary>
    /// Whether the parameter takes part in steps: set when its gradient is written or a view of it is taken, cleared by the
    /// user. A parameter without a gradient is left alone entirely: no decay, no states, no counting.
    /// </summary>
    public bool HasGradient
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

    /// <summary>Adds an optimizer that keeps states for it.</summary>
    internal void AddOwner(Optimizer optimizer) => _owners.Add(optimizer);

    /// <summary>Tells its optimizers that its values were set.</summary>
    internal void OnValueWritten()
    {
        foreach (Optimizer owner in _owners)
            owner.OnValueWritten(this);
    }

    /// <summary>The slabs that it lies in, once its buffer is placed.</summary>
    internal PlacedSlabs? Place { get; private set; }

    /// <summary>Its first tile in those slabs.</summary>
    internal int FirstTile { get; set; }

    /// <summary>Where its values lie, once its buffer is placed.</summary>
    internal MemoryPlace ValuePlace => Place!.Values.PlaceAt((long)FirstTile * DType.TileBytes());

    /// <summary>Where its gradient lies, once that is allocated.</summary>
    internal MemoryPlace GradientPlace => Place!.Gradients.PlaceAt((long)FirstTile * GradientDType.TileBytes());

    /// <summary>Sees to it that there is a gradient, for a parameter that is said to have one before any was written.</summary>
    internal void AllocateGradient(Transaction transaction) => Place!.AllocateGradients(transaction);

    /// <summary>How many tiles it takes.</summary>
    internal int TileCount => (int)((Length + Kernels.Tile.Length - 1) / Kernels.Tile.Length);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {DType} {ShapeText(_shape)}";

    /// <summary>A shape as text, in every culture the same.</summary>
    internal static string ShapeText(ReadOnlySpan<int> shape) =>
        $"[{string.Join(", ", shape.ToArray().Select(extent => extent.ToString(CultureInfo.InvariantCulture)))}]";

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
