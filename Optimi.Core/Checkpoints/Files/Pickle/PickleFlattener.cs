using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>Makes a flat list of named tensors of what a pickle holds: the names of nested dictionaries and lists are joined by
/// dots.</summary>
internal sealed class PickleFlattener
{
    /// <summary>The name of a value that is no part of another.</summary>
    public const string RootName = "tensor";

    private const int MostDepth = 64;

    // A file may hold the same list in many places, and so more entries than bytes, but not without end.
    private const int FreeEntries = 100_000;
    private const int EntriesPerByte = 4;
    private const int LettersPerByte = 32;
    private const int MostEntries = 30_000_000;
    private const int MostLetters = 250_000_000;
    private const int MostNames = 4_000_000;

    private readonly string _file;
    private readonly StoragePlaces _places;
    private readonly NumberPool _numbers;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<StoredTensor> _tensors = [];
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private long _entriesLeft;
    private long _lettersLeft;

    /// <param name="file">What the file is called in messages.</param>
    /// <param name="places">Finds the tensors.</param>
    /// <param name="pickleBytes">How long the pickle is: how much may come of it grows as it does.</param>
    public PickleFlattener(string file, StoragePlaces places, int pickleBytes)
    {
        (_file, _places, _numbers) = (file, places, new NumberPool(file));
        _entriesLeft = Math.Min(FreeEntries + ((long)pickleBytes * EntriesPerByte), MostEntries);
        _lettersLeft = Math.Min((FreeEntries + (long)pickleBytes) * LettersPerByte, MostLetters);
    }

    /// <summary>The tensors, in the order of the pickle.</summary>
    public IReadOnlyList<StoredTensor> Tensors => _tensors;

    /// <summary>The texts.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Adds all of a pickle.</summary>
    /// <exception cref="CheckpointFormatException">It holds what has no name or no tensor, or is nested too deep.</exception>
    public void Add(object? root) => Add(null, root, 0);

    private void Add(string? path, object? value, int depth)
    {
        if (depth > MostDepth)
        {
            throw PickleError.TooMuch(_file, FormattableString.Invariant(
                $"nests more than {MostDepth} deep in '{SafetensorsHeader.Shown(path ?? "")}', or holds itself there"));
        }

        switch (value)
        {
            case null:
                break;
            case PickleTensor tensor:
                string name = Claim(path);
                _tensors.Add(_places.Find(name, tensor));
                break;
            case string text:
                _metadata.Add(Claim(path), text);
                break;
            case bool flag:
                Add(path, TensorTypes.Boolean, [], _numbers.Add([flag]));
                break;
            case long or double:
                AddNumbers(path, [], [value]);
                break;
            case object?[] tuple:
                AddItems(path, tuple, depth);
                break;
            case List<object?> list:
                AddItems(path, CollectionsMarshal.AsSpan(list), depth);
                break;
            case PickleDictionary dictionary:
                AddItems(path, dictionary, depth);
                break;
            default:
                throw PickleError.NotRead(_file, $"a storage or class in '{path ?? RootName}'");
        }
    }

    private void AddItems(string? path, ReadOnlySpan<object?> items, int depth)
    {
        SpendEntries(items.Length);
        if (AreNumbers(items))
        {
            AddNumbers(path, [items.Length], items);
            return;
        }

        for (int i = 0; i < items.Length; i++)
            Add(Join(path, FormattableString.Invariant($"{i}")), items[i], depth + 1);
    }

    private void AddItems(string? path, PickleDictionary dictionary, int depth)
    {
        SpendEntries(dictionary.Items.Count);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach ((object? key, object? value) in dictionary.Items)
        {
            string part = key switch
            {
                string text => text,
                long number => FormattableString.Invariant($"{number}"),
                _ => throw PickleError.NotRead(
                    _file, $"a dictionary in '{path ?? RootName}' with a key that is neither a text nor a whole number"),
            };
            string name = Join(path, part);
            if (!keys.Add(name))
                throw Twice(name);
            Add(name, value, depth + 1);
        }
    }

    private void AddNumbers(string? path, long[] shape, ReadOnlySpan<object?> numbers)
    {
        if (HasFloat(numbers))
        {
            double[] values = new double[numbers.Length];
            for (int i = 0; i < values.Length; i++)
                values[i] = numbers[i] is long whole ? whole : (double)numbers[i]!;
            Add(path, TensorTypes.Float64, shape, _numbers.Add<double>(values));
        }
        else
        {
            long[] values = new long[numbers.Length];
            for (int i = 0; i < values.Length; i++)
                values[i] = (long)numbers[i]!;
            Add(path, TensorTypes.Int64, shape, _numbers.Add<long>(values));
        }
    }

    private void Add(string? path, string type, long[] shape, (ByteSource Source, long Offset, long Bytes) place) =>
        _tensors.Add(new StoredTensor(place.Source, Claim(path), type, shape, place.Offset, place.Bytes));

    /// <summary>Takes a name for a tensor or a text.</summary>
    private string Claim(string? path)
    {
        string name = path ?? RootName;
        if (_names.Count == MostNames)
            throw TooMuch();
        return _names.Add(name) ? name : throw Twice(name);
    }

    private string Join(string? path, string part)
    {
        string? flaw = SafetensorsHeader.Flaw(part);
        string name = path is null || flaw is not null ? part : $"{path}.{part}";
        flaw ??= SafetensorsHeader.Flaw(name);
        if (flaw is not null)
        {
            throw new CheckpointFormatException(
                $"{_file} has the name '{SafetensorsHeader.Shown(name)}', which {flaw}. Rename it before saving.");
        }

        _lettersLeft -= name.Length;
        return _lettersLeft >= 0 ? name : throw TooMuch();
    }

    private void SpendEntries(int count)
    {
        _entriesLeft -= count;
        if (_entriesLeft < 0)
            throw TooMuch();
    }

    private CheckpointFormatException TooMuch() => PickleError.TooMuch(_file, "holds too many values, or repeats parts of itself too often");

    private CheckpointFormatException Twice(string name) => new(
        $"{_file} has the name '{name}' twice, once the names of dictionaries and lists are joined by dots. Rename one before saving.");

    private static bool AreNumbers(ReadOnlySpan<object?> items)
    {
        foreach (object? item in items)
        {
            if (item is not (long or double))
                return false;
        }

        return items.Length > 0;
    }

    private static bool HasFloat(ReadOnlySpan<object?> numbers)
    {
        foreach (object? number in numbers)
        {
            if (number is double)
                return true;
        }

        return false;
    }
}
