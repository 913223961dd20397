namespace Optimi;

/// <summary>What the few functions that pickles may call make of their arguments.</summary>
/// <param name="name">What the file is called in messages.</param>
internal sealed class PickleCalls(string name)
{
    /// <summary>As many as PyTorch allows.</summary>
    private const int MostDimensions = 64;

    private const int MostKeyLength = 1024;

    /// <summary>Calls a function.</summary>
    /// <exception cref="CheckpointFormatException">It does not take these arguments.</exception>
    public object? Call(PickleGlobal global, object?[] arguments) => (global.Kind, arguments) switch
    {
        (PickleGlobalKind.Dictionary, [] or [object?[] { Length: 0 }]) => new PickleDictionary(),
        (PickleGlobalKind.Tensor,
            [PickleStorage storage, long offset, object?[] shape, object?[] strides, bool, PickleDictionary, .. object?[] more]) =>
            Tensor(storage, offset, shape, strides, more),
        (PickleGlobalKind.Parameter, [PickleTensor tensor, bool, PickleDictionary]) => tensor,
        (PickleGlobalKind.Size, [object?[] extents]) => extents,
        _ => throw PickleError.Malformed(name, $"calls {global.Name} with other values than it takes"),
    };

    /// <summary>Finds what lies in a file of its own.</summary>
    /// <exception cref="CheckpointFormatException">It is not described as PyTorch does it.</exception>
    public PickleStorage Load(object?[] id) =>
        id is ["storage", PickleGlobal { Kind: PickleGlobalKind.Storage } global, string key, string, long length]
            && key.Length <= MostKeyLength && length >= 0
            ? new PickleStorage(global.Type, key, length)
            : throw PickleError.Malformed(name, "names a storage by other values than PyTorch does");

    private PickleTensor Tensor(PickleStorage storage, long offset, object?[] shape, object?[] strides, object?[] more)
    {
        if (more is not ([] or [null] or [PickleDictionary { Items.Count: 0 }]))
        {
            throw PickleError.NotRead(
                name, "a tensor that is yet to be negated or conjugated", "Save its .resolve_neg().resolve_conj().");
        }

        if (shape.Length > MostDimensions || shape.Length != strides.Length)
        {
            throw PickleError.Malformed(name, FormattableString.Invariant(
                $"has a tensor of {shape.Length} dimensions and {strides.Length} strides"));
        }

        return new PickleTensor(storage, offset, Numbers(shape), Numbers(strides));
    }

    private long[] Numbers(object?[] values) =>
        [.. values.Select(value => value is long number ? number : throw PickleError.Malformed(name, "has a shape that is no whole numbers"))];
}
