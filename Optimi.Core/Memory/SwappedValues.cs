using System.Diagnostics.CodeAnalysis;

namespace Optimi;

/// <summary>The values that averages have taken the place of, on their device. Disposing of it puts them back.</summary>
internal sealed class SwappedValues : IDisposable
{
    private readonly Optimizer _optimizer;
    private readonly List<Slab> _slabs = [];
    private readonly List<(Parameter Parameter, Slab Slab, long At)> _values = [];

    private SwappedValues(Optimizer optimizer) => _optimizer = optimizer;

    /// <summary>Puts averages, rounded, in place of values.</summary>
    /// <param name="optimizer">Whose averages they are.</param>
    /// <param name="tensors">The tensors, whose averages have begun.</param>
    /// <exception cref="ParameterException">The values of one are swapped already.</exception>
    /// <exception cref="DeviceException">The device has no memory left, or a kernel does not compile; the values are as they
    /// were.</exception>
    [RequiresDynamicCode(CodeNeeds.ClosedTypes)]
    public static SwappedValues In(Optimizer optimizer, IReadOnlyList<LaunchTensor> tensors)
    {
        foreach (LaunchTensor tensor in tensors)
            tensor.Parameter.CheckNotSwapped();
        var swapped = new SwappedValues(optimizer);
        using var transaction = new Transaction();
        swapped.Keep([.. tensors.Select(tensor => tensor.Parameter)], transaction);
        transaction.OnRollback(swapped.PutBack);
        foreach (LaunchTensor tensor in tensors)
            Round(tensor);
        transaction.Commit();
        foreach (LaunchTensor tensor in tensors)
            tensor.Parameter.SwappedBy = optimizer;
        return swapped;
    }

    /// <summary>Puts the values back, and frees the memory that they waited in.</summary>
    public void Out()
    {
        foreach ((Parameter parameter, _, _) in _values)
            parameter.SwappedBy = null;
        if (_values.Count > 0 && !_values[0].Parameter.Buffer.Device.IsDisposed)
            PutBack();
        _values.Clear();
        _slabs.ForEach(slab => slab.Dispose());
        _slabs.Clear();
    }

    public void Dispose() => _optimizer.SwapOutOf(this);

    [RequiresDynamicCode(CodeNeeds.ClosedTypes)]
    private static void Round(LaunchTensor tensor) => TensorSum.Add(
        tensor.Parameter.Buffer.Device,
        tensor.Parameter.ValuePlace,
        tensor.Parameter.DType,
        tensor.PlaceOf(Slot.Average),
        DType.Float32,
        tensor.Parameter.Length,
        goesOn: false);

    /// <summary>Copies values: one allocation for all, or for as many as fit one piece of memory.</summary>
    private void Keep(Parameter[] parameters, Transaction transaction)
    {
        for (int first = 0, end; first < parameters.Length; first = end)
        {
            ComputeDevice device = parameters[first].Buffer.Device;
            long bytes = BytesOf(parameters[first]);
            for (end = first + 1;
                end < parameters.Length && bytes + BytesOf(parameters[end]) <= device.MaxAllocationBytes;
                end++)
            {
                bytes += BytesOf(parameters[end]);
            }

            Slab slab = transaction.Add(new Slab(device, bytes, Slot.Values));
            _slabs.Add(slab);
            long at = 0;
            foreach (Parameter parameter in parameters.AsSpan(first, end - first))
            {
                parameter.StoredValue.CopyOut(slab, at);
                _values.Add((parameter, slab, at));
                at += BytesOf(parameter);
            }
        }
    }

    private void PutBack()
    {
        foreach ((Parameter parameter, Slab slab, long at) in _values)
            parameter.StoredValue.CopyIn(slab, at);
    }

    private static long BytesOf(Parameter parameter) => (long)parameter.TileCount * parameter.DType.TileBytes();
}
