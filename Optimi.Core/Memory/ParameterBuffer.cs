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
public sealed class ParameterBuffer : IReadOnlyCollection<Parameter>, IDisposable
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
    /// <exception cref="ParameterException"><paramref name="gradientDType"/> is no storage type.</exception>
    public ParameterBuffer(
        ComputeDevice device, GradientMemory gradients = GradientMemory.Kept, DType? gradientDType = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        Device = device;
        GradientMemory = gradients;
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
                return _slabs.Sum(slab => slab.GradientBytes) + Pool.Bytes;
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

    /// <summary>The memory of gradients that are needed for a moment.</summary>
    internal GradientPool Pool { get; }

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

    /// <summary>
    /// Adds a parameter whose values, and gradient if there is one, lie in memory of the host that the caller owns. It is stepped in the
    /// same launch as all others, where it lies. Its states are the optimizer's own. Kernels touch nothing before and behind the numbers.
    /// </summary>
    /// <param name="name">Its name, unique in the buffer.</param>
    /// <param name="dtype">How its values are stored.</param>
    /// <param name="shape">The extent of each dimension.</param>
    /// <param name="values">The values: any alignment of their type, dense, row-major. They stay where they are as long as the buffer, and
    /// are the caller's again when it is disposed. Arrays are pinned until then.</param>
    /// <param name="gradient">The gradient, of any storage type; without one it comes with each step, is rented, or bound.</param>
    /// <returns>The parameter.</returns>
    /// <exception cref="ParameterException">The name is empty or taken, there is no dimension or an extent below 0, or the memory is of
    /// another length or type.</exception>
    /// <exception cref="DeviceException">The device's memory is not the host's.</exception>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public Parameter Adopt(
        string name, DType dtype, ReadOnlySpan<int> shape, TensorMemory values, TensorMemory gradient = default)
    {
        lock (Device.Gate)
        {
            Parameter parameter = NewAdopted(name, dtype, shape, values.Shape, gradient.Shape);
            LentGuard.CheckHost(parameter, Device);
            parameter.BorrowValues().Take(values);
            if (gradient.Length > 0)
                parameter.BindGradient(gradient);
            return Keep(parameter);
        }
    }

    /// <summary>
    /// Adds a parameter whose values, and gradient if there is one, lie in memory of the device that the caller owns. It is stepped in the
    /// same launch as all others, where it lies; on OpenCL, whose kernels take no addresses, in a launch for each buffer that such memory
    /// lies in. Its states are the optimizer's own. Kernels touch nothing before and behind the numbers.
    /// </summary>
    /// <inheritdoc cref="Adopt(string, DType, ReadOnlySpan{int}, TensorMemory, TensorMemory)"/>
    /// <exception cref="ParameterException">The name is empty or taken, there is no dimension or an extent below 0, or the memory is of
    /// another length, type or device.</exception>
    public Parameter Adopt(string name, DType dtype, ReadOnlySpan<int> shape, TensorView values, TensorView gradient = default)
    {
        lock (Device.Gate)
        {
            Parameter parameter = NewAdopted(name, dtype, shape, values.Shape, gradient.Shape);
            values.CheckDevice(Device);
            gradient.CheckDevice(Device);
            parameter.BorrowValues().Take(values);
            if (gradient.Length > 0)
                parameter.BindGradient(gradient);
            return Keep(parameter);
        }
    }

    private Parameter AddInTurn(string name, DType dtype, ReadOnlySpan<int> shape)
    {
        Parameter parameter = NewParameter(name, dtype, _gradientDType ?? dtype, shape);
        long bytes = (parameter.Length + Kernels.Tile.Length - 1) / Kernels.Tile.Length * dtype.TileBytes();
        if (bytes > Device.MaxAllocationBytes || _tileBytes + bytes > Device.MemoryBytes)
        {
            throw new ParameterException(string.Create(
                CultureInfo.InvariantCulture,
                $"Parameter '{name}' takes {bytes:N0} bytes beside {_tileBytes:N0} of others, but device '{Device.Name}' has"
                + $" {Device.MemoryBytes:N0} bytes, {Device.MaxAllocationBytes:N0} at most in one piece; use smaller tensors, BFloat16,"
                + $" or another device."));
        }

        _tileBytes += bytes;
        return Keep(parameter);
    }

    private Parameter NewAdopted(string name, DType dtype, ReadOnlySpan<int> shape, SlotShape values, SlotShape gradient)
    {
        Parameter parameter = NewParameter(name, dtype, gradient.Length > 0 ? gradient.DType : _gradientDType ?? dtype, shape);
        if (values.Length != parameter.Length || (values.Length > 0 && values.DType != dtype))
        {
            throw new ParameterException(FormattableString.Invariant(
                $"Parameter '{name}' of shape {Parameter.ShapeText(shape)} has {parameter.Length} numbers of {dtype}, but memory of")
                + FormattableString.Invariant($" {values.Length} numbers of {values.DType} was given; give all of them, and no more."));
        }

        if (gradient.Length > 0)
            parameter.CheckGradient(gradient.DType, gradient.Length);
        if (parameter.Length > (long)Kernels.Tile.MostTiles * Kernels.Tile.Length)
        {
            throw new ParameterException(string.Create(
                CultureInfo.InvariantCulture,
                $"Parameter '{name}' has {parameter.Length:N0} numbers, more than a launch can step; cut it in parts."));
        }

        return parameter;
    }

    private Parameter NewParameter(string name, DType dtype, DType gradientDType, ReadOnlySpan<int> shape)
    {
        ThrowIfDisposed();
        if (string.IsNullOrWhiteSpace(name))
            throw new ParameterException("A parameter needs a name that is not empty, such as 'fc1.weight'.");
        if (_byName.ContainsKey(name))
            throw new ParameterException($"There is a parameter '{name}' already; names must be unique in a buffer.");
        long length = TensorShape.LengthOf(name, shape);
        return new Parameter(this, name, dtype.Checked(), gradientDType, shape.ToArray(), length);
    }

    private Parameter Keep(Parameter parameter)
    {
        _byName.Add(parameter.Name, parameter);
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
