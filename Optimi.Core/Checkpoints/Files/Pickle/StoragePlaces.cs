namespace Optimi;

/// <summary>Finds where in a file its tensors lie.</summary>
/// <param name="source">The file.</param>
/// <param name="archive">The directory of the file.</param>
/// <param name="folder">The folder in it that holds the storages, with the slash at its end.</param>
internal sealed class StoragePlaces(ByteSource source, ZipDirectory archive, string folder)
{
    private readonly Dictionary<string, (long Start, long Length)> _places = new(StringComparer.Ordinal);

    /// <summary>Finds a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tensor">What the pickle says about it.</param>
    /// <exception cref="CheckpointFormatException">It is not whole inside the file, or not dense.</exception>
    public StoredTensor Find(string name, PickleTensor tensor)
    {
        (PickleStorage storage, long offset, long[] shape, _) = tensor;
        long length = LengthOf(name, tensor);
        if (offset < 0 || offset > storage.Length || length > storage.Length - offset)
        {
            throw PickleError.Malformed(source.Name, FormattableString.Invariant(
                $"has tensor '{name}' with {length} numbers from {offset} on, in a storage of {storage.Length}"));
        }

        int size = TensorTypes.SizeOf(storage.Type);
        (long start, long stored) = PlaceOf(storage.Key);
        if (storage.Length > stored / size)
        {
            throw PickleError.Malformed(source.Name, FormattableString.Invariant(
                $"says that storage '{SafetensorsHeader.Shown(storage.Key)}' has {storage.Length} numbers of {storage.Type}, but it has {stored}")
                + " bytes");
        }

        return new StoredTensor(source, name, storage.Type, shape, start + (offset * size), length * size);
    }

    private long LengthOf(string name, PickleTensor tensor)
    {
        // The largest that counts, so that further dimensions cannot overflow and one of 0 still empties the tensor.
        Int128 length = 1;
        bool isDense = true;
        for (int i = tensor.Shape.Length - 1; i >= 0; i--)
        {
            long extent = tensor.Shape[i];
            if (extent < 0)
            {
                throw PickleError.Malformed(source.Name, FormattableString.Invariant(
                    $"has tensor '{name}' with an extent of {extent}"));
            }

            isDense &= extent == 1 || tensor.Strides[i] == length;
            length = Int128.Min(length * extent, long.MaxValue);
        }

        if (!isDense && length != 0)
        {
            string shape = string.Join(", ", tensor.Shape.Take(8));
            string strides = string.Join(", ", tensor.Strides.Take(8));
            throw new CheckpointFormatException(
                $"{source.Name} has tensor '{name}' of shape [{shape}] with strides [{strides}]: its numbers do not lie one after another."
                + " Call .contiguous() on it before saving.");
        }

        return (long)length;
    }

    private (long Start, long Length) PlaceOf(string key)
    {
        if (!_places.TryGetValue(key, out (long Start, long Length) place))
        {
            place = archive.Find($"{folder}{key}") ?? throw PickleError.Malformed(
                source.Name, $"names storage '{SafetensorsHeader.Shown(key)}', which is not in the archive");
            _places.Add(key, place);
        }

        return place;
    }
}
