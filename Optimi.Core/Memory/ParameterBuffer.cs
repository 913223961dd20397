using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Optimi;

/// <summary>
/// The parameters of a model and their memory on one device: for each storage type one contiguous slab of values and one of
/// gradients.
/// </summary>
/// <remarks>
/// Memory is allocated when it is first needed, by a view, a copy out or an optimizer, for all parameters added until then: add
/// them all (and copy values in, if you like), then train. Parameters added later get slabs of their own, as does what exceeds the largest single
/// allocation of the device; on OpenCL an optimizer needs one launch for each slab. Slabs never move. Any thread may call at any time: calls
/// that use the same device take turns (see <see cref="ComputeDevice"/>).
/// </remarks>
public sealed partial class ParameterBuffer : IReadOnlyCollection<Parameter>, IDisposable
{
    private readonly DType? _gradientDType;
    private readonly List<Parameter> _parameters = [];
    private readonly Dictionary<string, Parameter> _byName = new(StringComparer.Ordinal);
    private readonly List<PlacedSlabs> _slabs = [];
    private int _placed;
    private long _tileBytes;
    private long _peakGradientBytes;
    private bool _disposed;

    /// <summary>Creates a buffer without parameters.</summary>
    /// <param name="device">The device; it must outlive the buffer.</param>
    /// <param name="gradients">Whether there is to be memory for gradients.</param>
    /// <param name="gradientDType">How gradients are stored; as each parameter is if null. Steps widen them to float32 in any case.</param>
    /// <exception cref="ArgumentNullException"><paramref name="device"/> is null.</exception>
    /// <exception cref="ParameterException"><paramref name="gradients"/> or <paramref name="gradientDType"/> has no value that there is.</exception>
    public ParameterBuffer(
        ComputeDevice device, GradientMemory gradients = GradientMemory.Kept, DType? gradientDType = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        Device = device;
        GradientMemory = Enum.IsDefined(gradients)
            ? gradients
            : throw new ParameterException(FormattableString.Invariant($"gradients is {(int)gradients}, which is no {nameof(GradientMemory)}."));
        _gradientDType = gradientDType?.Checked();
        Pool = new GradientPool(device);
    }

    /// <summary>The device that holds the memory.</summary>
    public ComputeDevice Device { get; }

    /// <summary>Whether there is memory for gradients.</summary>
    public GradientMemory GradientMemory { get; }

    /// <summary>How many parameters there are.</summary>
    public int Count
    {
        get
        {
            lock (Device.Gate)
                return _parameters.Count;
        }
    }

    /// <summary>Bytes allocated for values, each tensor rounded up to whole tiles of 256 numbers.</summary>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    public long ValueBytes
    {
        get
        {
            lock (Device.Gate)
            {
                PlaceAll();
                return _slabs.Sum(slab => slab.Values.Bytes);
            }
        }
    }

    /// <summary>Bytes allocated for gradients now: slabs, and memory that can be rented.</summary>
    public long GradientBytes
    {
        get
        {
            lock (Device.Gate)
            {
                long sum = Pool.Bytes;
                foreach (PlacedSlabs slab in _slabs)
                    sum += slab.GradientBytes;
                return sum;
            }
        }
    }

    /// <summary>The most bytes that were allocated for gradients at once.</summary>
    public long PeakGradientBytes
    {
        get
        {
            lock (Device.Gate)
                return Math.Max(_peakGradientBytes, GradientBytes);
        }
    }

    /// <summary>How gradients are stored; as each parameter is if null.</summary>
    internal DType? GradientDType => _gradientDType;

    /// <summary>The memory of gradients that are needed for a moment.</summary>
    internal GradientPool Pool { get; }

    /// <summary>Changes whenever a parameter begins or ceases to take part in steps.</summary>
    internal long Participations { get; set; }

    /// <summary>Changes whenever a parameter has its gradient elsewhere.</summary>
    internal long Bindings { get; set; }

    /// <summary>The parameter of a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ParameterException">There is none of that name.</exception>
    public Parameter this[string name]
    {
        get
        {
            lock (Device.Gate)
            {
                return _byName.TryGetValue(name, out Parameter? parameter)
                    ? parameter
                    : throw new ParameterException(
                        $"There is no parameter '{name}'; the buffer has {string.Join(", ", _byName.Keys.Take(20))}"
                        + (Count > 20 ? $" and {Count - 20} more." : "."));
            }
        }
    }

    /// <summary>Finds the parameter of a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="parameter">The parameter.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGet(string name, [MaybeNullWhen(false)] out Parameter parameter)
    {
        lock (Device.Gate)
            return _byName.TryGetValue(name, out parameter);
    }

    /// <summary>Sets all gradients to zero, without saying that they are there or not.</summary>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    public void ZeroGradients()
    {
        lock (Device.Gate)
        {
            PlaceAll();
            foreach (PlacedSlabs slab in _slabs)
                slab.ClearGradients(0, slab.TileCount);
            foreach (Parameter parameter in _parameters)
                parameter.ClearLentGradient();
        }
    }

    /// <summary>The parameters that there are now, in the order in which they were added.</summary>
    public IEnumerator<Parameter> GetEnumerator()
    {
        lock (Device.Gate)
            return ((IEnumerable<Parameter>)[.. _parameters]).GetEnumerator();
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Frees the memory. Its parameters, and views of them, cannot be used any more.</summary>
    public void Dispose()
    {
        lock (Device.Gate)
        {
            if (_disposed)
                return;
            // Memory that somebody else owns goes back to them with its own values.
            _parameters.ForEach(parameter => parameter.SwapOut());
            _peakGradientBytes = PeakGradientBytes;
            _disposed = true;
            foreach (PlacedSlabs slab in _slabs)
                slab.Dispose();
            _slabs.Clear();
            Pool.Dispose();
            foreach (Parameter parameter in _parameters)
            {
                parameter.ForgetEarly();
                parameter.GiveBack();
            }
        }
    }

    /// <summary>Takes notice of memory for gradients that was allocated and may be freed.</summary>
    internal void OnGradientsAllocated() => _peakGradientBytes = PeakGradientBytes;

    internal void ThrowIfDisposed()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Device.ThrowIfDisposed();
    }

    /// <summary>Gives memory to the parameters that have none yet.</summary>
    /// <exception cref="DeviceException">The device has not got it; then none of them has.</exception>
    internal void PlaceAll()
    {
        ThrowIfDisposed();
        if (_placed == _parameters.Count)
            return;
        using var transaction = new Transaction();
        PlaceAll(transaction);
        transaction.Commit();
    }

    /// <summary>As part of something larger: gives memory to the parameters that have none yet.</summary>
    internal void PlaceAll(Transaction transaction)
    {
        ThrowIfDisposed();
        if (_placed == _parameters.Count)
            return;
        int placed = _placed;
        int slabs = _slabs.Count;
        List<Parameter> added = _parameters[placed..].FindAll(parameter => !parameter.IsAdopted);
        transaction.OnRollback(() =>
        {
            added.ForEach(parameter => parameter.OnDisplaced());
            _slabs[slabs..].ForEach(slab => slab.Dispose());
            _slabs.RemoveRange(slabs, _slabs.Count - slabs);
            _placed = placed;
        });
        foreach (IGrouping<DType, Parameter> ofType in added.GroupBy(parameter => parameter.DType))
            Place(ofType.Key, [.. ofType]);
        _placed = _parameters.Count;
        transaction.OnCommit(() => added.ForEach(parameter => parameter.ForgetEarly()));
    }

    private void Place(DType dtype, List<Parameter> parameters)
    {
        for (int first = 0; first < parameters.Count;)
        {
            long most = Math.Min(int.MaxValue, Device.MaxAllocationBytes / dtype.TileBytes());
            int tiles = 0;
            int end = first;
            for (; end < parameters.Count && tiles + parameters[end].TileCount <= most; end++)
            {
                parameters[end].FirstTile = tiles;
                tiles += parameters[end].TileCount;
            }

            var slabs = new PlacedSlabs(Device, dtype, _gradientDType ?? dtype, tiles);
            _slabs.Add(slabs);
            for (; first < end; first++)
                parameters[first].OnPlaced(slabs);
        }
    }
}
