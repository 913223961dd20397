using System.Text;
using System.Text.Json;

namespace Optimi;

/// <summary>The header of a safetensors file, checked.</summary>
internal ref struct SafetensorsHeader
{
    private const int MostNameBytes = 1024;

    /// <summary>The header, a tensor's entry, and its shape: nothing lies deeper.</summary>
    private const int MostDepth = 3;

    private readonly ByteSource _source;
    private readonly long _dataStart;
    private readonly List<StoredTensor> _tensors = [];
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private Utf8JsonReader _json;

    private SafetensorsHeader(ByteSource source, ReadOnlySpan<byte> bytes)
    {
        _source = source;
        _dataStart = sizeof(ulong) + bytes.Length;
        _json = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MostDepth });
    }

    public readonly IReadOnlyList<StoredTensor> Tensors => _tensors;

    public readonly IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Reads a header.</summary>
    /// <exception cref="CheckpointFormatException">It is not what the format says.</exception>
    /// <exception cref="JsonException">It is no JSON, or has something else than is expected.</exception>
    /// <exception cref="InvalidOperationException">A text is not Unicode.</exception>
    public static SafetensorsHeader Parse(ByteSource source, ReadOnlySpan<byte> bytes)
    {
        var header = new SafetensorsHeader(source, bytes);
        if (!bytes.StartsWith((byte)'{'))
            throw header.Malformed("is no object");
        header.ReadAll();
        header.CheckPlaces();
        return header;
    }

    /// <summary>Checks a name of a tensor.</summary>
    /// <returns>What is wrong with it; null if nothing is.</returns>
    public static string? Flaw(string name)
    {
        if (name.Any(char.IsControl))
            return "has a control character";
        if (UnicodeFlaw(name) is string flaw)
            return flaw;
        return name.Length > MostNameBytes || Encoding.UTF8.GetByteCount(name) > MostNameBytes
            ? FormattableString.Invariant($"takes more than {MostNameBytes} bytes")
            : null;
    }

    /// <summary>A text that may be anything, so that a message stays readable.</summary>
    public static string Shown(string text) =>
        string.Concat(text.Take(40).Select(letter => char.IsControl(letter) ? '?' : letter)) + (text.Length > 40 ? "..." : "");

    /// <summary>Checks that a text comes back as it was.</summary>
    /// <returns>What is wrong with it; null if nothing is.</returns>
    public static string? UnicodeFlaw(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return "has half of a surrogate pair, which is no Unicode";
            i++;
        }

        return null;
    }

    private void ReadAll()
    {
        Next(JsonTokenType.StartObject);
        while (TryNextName(out string name))
        {
            if (!_names.Add(name))
                throw Malformed($"has '{name}' twice");
            if (name == SafetensorsFile.MetadataName)
                ReadMetadata();
            else
                ReadTensor(name);
        }

        // Other writers pad the header with spaces; anything else after the object is an error of the reader's.
        if (_json.Read())
            throw Malformed("has something after its header's object");
    }

    private void ReadMetadata()
    {
        Next(JsonTokenType.StartObject);
        while (TryNextName(out string name))
        {
            Next(JsonTokenType.String);
            if (!_metadata.TryAdd(name, _json.GetString()!))
                throw Malformed($"has metadata '{name}' twice");
        }
    }

    private void ReadTensor(string name)
    {
        string? type = null;
        long[]? shape = null;
        long[]? offsets = null;
        Next(JsonTokenType.StartObject);
        while (TryNextName(out string member))
        {
            switch (member)
            {
                case "dtype" when type is null:
                    Next(JsonTokenType.String);
                    type = _json.GetString()!;
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(name);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(name);
                    break;
                default:
                    throw Malformed($"has '{member}' in tensor '{name}', which the format does not know, or twice");
            }
        }

        if (type is null || shape is null || offsets is null)
            throw Malformed($"lacks dtype, shape or data_offsets of tensor '{name}'");
        Add(name, type, shape, offsets);
    }

    private readonly void Add(string name, string type, long[] shape, long[] offsets)
    {
        int size = TensorTypes.SizeOf(type);
        if (size == 0)
            throw Malformed($"has the unknown type '{Shown(type)}' in tensor '{name}'");
        long data = _source.Length - _dataStart;
        if (offsets is not [long begin, long end] || end < begin || end > data)
        {
            throw Malformed(FormattableString.Invariant(
                $"has tensor '{name}' at [{string.Join(", ", offsets.Take(3))}], outside its {data} bytes of data"));
        }

        // The largest that counts, so that further dimensions cannot overflow and one of 0 still empties the tensor.
        Int128 bytes = size;
        foreach (long extent in shape)
            bytes = Int128.Min(bytes * extent, long.MaxValue);
        if (bytes != end - begin)
        {
            throw Malformed(FormattableString.Invariant(
                $"has tensor '{name}' of shape [{string.Join(", ", shape.Take(8))}] and type {type}, which does not take {end - begin} bytes"));
        }

        _tensors.Add(new StoredTensor(_source, name, type, shape, _dataStart + begin, end - begin));
    }

    private long[] ReadNumbers(string name)
    {
        Next(JsonTokenType.StartArray);
        var numbers = new List<long>(2);
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_json.TokenType != JsonTokenType.Number || _json.ValueSpan[0] == '-' || !_json.TryGetInt64(out long number))
                throw Malformed($"has a shape or data_offsets of tensor '{name}' that are no whole numbers from 0 on");
            numbers.Add(number);
        }

        return [.. numbers];
    }

    /// <summary>The format lets tensors neither overlap nor leave bytes that belong to none.</summary>
    private readonly void CheckPlaces()
    {
        _tensors.Sort(static (one, other) => (one.Offset, one.Bytes).CompareTo((other.Offset, other.Bytes)));
        long expected = _dataStart;
        foreach (StoredTensor tensor in _tensors)
        {
            if (tensor.Offset != expected)
            {
                throw Malformed(FormattableString.Invariant(
                    $"has tensor '{tensor.Name}' at {tensor.Offset - _dataStart}, {(tensor.Offset < expected ? "inside the one before" : "after a gap")}"));
            }

            expected += tensor.Bytes;
        }

        if (expected != _source.Length)
        {
            throw Malformed(FormattableString.Invariant(
                $"has tensors that end at {expected - _dataStart}, but {_source.Length - _dataStart} bytes of data"));
        }
    }

    private bool TryNextName(out string name)
    {
        name = "";
        if (!_json.Read() || _json.TokenType == JsonTokenType.EndObject)
            return false;
        name = _json.GetString()!;
        if (Flaw(name) is string flaw)
            throw Malformed($"has the name '{Shown(name)}', which {flaw}");
        return true;
    }

    private void Next(JsonTokenType expected)
    {
        if (!_json.Read() || _json.TokenType != expected)
            throw Malformed($"has {_json.TokenType} where {expected} is expected");
    }

    private readonly CheckpointFormatException Malformed(string what) => new($"{_source.Name} is no whole safetensors file: its header {what}.");
}
