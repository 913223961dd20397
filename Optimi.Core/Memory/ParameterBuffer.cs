using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Optimi;

/// <summary>
/// The parameters of a model and their memory on one device: for each storage type one contiguous slab of values and one of
/// gradients.
/// </summary>
/// <remarks>
/// Memory is allocated when it is first needed, by a view, a copy out or an optimizer, for all parameters added until then: add
/// them all (and copy values in, if you like), then train. Parameters added later get slabs of their own, as does what exceeds the largest single
/// allocation of the device; an optimizer needs one launch for each slab. Slabs never move. Any thread may call at any time: calls
/// that use the same device take turns (see <see cref="ComputeDevice"/>).
/// </remarks>
/// <param name="device">The device; it must outlive the buffer.</param>
public sealed class ParameterBuffer(ComputeDevice device) : IReadOnlyCollection<Parameter>, IDisposable
{
    private readonly List<Parameter> _parameters = [];
    private readonly Dictionary<string, Parameter> _byName = new(StringComparer.Ordinal);
    private readonly List<PlacedSlabs> _slabs = [];
    private int _placed;
    private long _tileBytes;
    private bool _disposed;

    /// <summary>The device that holds the memory.</summary>
    public ComputeDevice Device { get; } = device ?? throw new ArgumentNullException(nameof(device));

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

    /// <summary>Bytes allocated for gradients so far.</summary>
    public long GradientBytes
    {
        get
        {
            lock (Device.Gate)
                return _slabs.Sum(slab => slab.GradientBytes);
        }
    }

    /// <summary>Changes whenever a parameter begins or ceases to take part in steps.</summary>
    internal long Participations { get; set; }

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

    /// <summary>Adds a parameter. Its values start as zero.</summary>
    /// <param name="name">Its name, unique in the buffer.</param>
    /// <param name="dtype">How its values and gradient are stored.</param>
    /// <param name="shape">The extent of each dimension: one or more, each at least 0. An empty tensor takes part in everything, and
    /// nothing happens to it.</param>
    /// <returns>The parameter.</returns>
    /// <exception cref="ParameterException">The name is empty or taken, there is no dimension or an extent below 0, or the
    /// tensor is larger than the device's memory.</exception>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public Parameter Add(string name, DType dtype, params ReadOnlySpan<int> shape)
    {
        lock (Device.Gate)
            return AddInTurn(name, dtype, shape);
    }

    private Parameter AddInTurn(string name, DType dtype, ReadOnlySpan<int> shape)
    {
        ThrowIfDisposed();
        if (string.IsNullOrWhiteSpace(name))
            throw new ParameterException("A parameter needs a name that is not empty, such as 'fc1.weight'.");
        if (_byName.ContainsKey(name))
            throw new ParameterException($"There is a parameter '{name}' already; names must be unique in a buffer.");
        long length = LengthOf(name, shape);
        var parameter = new Parameter(this, name, dtype.Checked(), dtype, shape.ToArray(), length);
        long bytes = (length + Kernels.Tile.Length - 1) / Kernels.Tile.Length * dtype.TileBytes();
        if (bytes > Device.MaxAllocationBytes || _tileBytes + bytes > Device.MemoryBytes)
        {
            throw new ParameterException(string.Create(
                CultureInfo.InvariantCulture,
                $"Parameter '{name}' takes {bytes:N0} bytes beside {_tileBytes:N0} of others, but device '{Device.Name}' has"
                + $" {Device.MemoryBytes:N0} bytes, {Device.MaxAllocationBytes:N0} at most in one piece; use smaller tensors, BFloat16,"
                + $" or another device."));
        }

        _tileBytes += bytes;
        _byName.Add(name, parameter);
        _parameters.Add(parameter);
        return parameter;
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
            _disposed = true;
            foreach (PlacedSlabs slab in _slabs)
                slab.Dispose();
            _slabs.Clear();
            foreach (Parameter parameter in _parameters)
                parameter.ForgetEarly();
        }
    }

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
        List<Parameter> added = _parameters[placed..];
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

            var slabs = new PlacedSlabs(Device, dtype, dtype, tiles);
            _slabs.Add(slabs);
            for (; first < end; first++)
                parameters[first].OnPlaced(slabs);
        }
    }

    private static long LengthOf(string name, ReadOnlySpan<int> shape)
    {
        string text = Parameter.ShapeText(shape);
        if (shape.IsEmpty)
            throw new ParameterException($"Parameter '{name}' has no dimensions; give a scalar the shape [1].");
        Int128 length = 1;
        foreach (int extent in shape)
        {
            if (extent < 0)
            {
                throw new ParameterException(FormattableString.Invariant(
                    $"Parameter '{name}' has shape {text}, but {extent} is no extent; every dimension must be at least 0."));
            }

            // The largest that counts, so that further dimensions cannot overflow and one of 0 still empties the tensor.
            length = Int128.Min(length * extent, long.MaxValue);
        }

        if (length > long.MaxValue / Kernels.Tile.Length)
            throw new ParameterException($"Parameter '{name}' has shape {text}: more numbers than can be counted.");
        return (long)length;
    }
}
