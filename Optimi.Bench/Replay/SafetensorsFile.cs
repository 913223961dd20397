using System.Buffers.Binary;
using System.Text.Json;

namespace Optimi.Bench;

/// <summary>
/// A file in the safetensors format: the length of a header as eight bytes, the header as JSON, the tensors' bytes. Whatever the
/// file holds, it is read or refused with a <see cref="CaseFileException"/>.
/// </summary>
internal sealed class SafetensorsFile
{
    private const string MetadataName = "__metadata__";

    private const int MaxBytes = 1 << 30;

    private readonly Dictionary<string, StoredTensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly List<(long Begin, long End, string Name)> _places = [];
    private readonly string _path;

    private SafetensorsFile(string path) => _path = path;

    public IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    public static SafetensorsFile Read(string path)
    {
        if (new FileInfo(path).Length > MaxBytes)
            throw new CaseFileException(path, $"larger than {MaxBytes} bytes");
        return Parse(path, File.ReadAllBytes(path));
    }

    public static SafetensorsFile Parse(string path, byte[] bytes)
    {
        if (bytes.Length < sizeof(ulong))
            throw new CaseFileException(path, $"has {bytes.Length} bytes, too few for the length of a header");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > (ulong)(bytes.Length - sizeof(ulong)))
            throw new CaseFileException(path, $"says that its header has {length} bytes, but has only {bytes.Length} itself");
        var file = new SafetensorsFile(path);
        try
        {
            using JsonDocument header = JsonDocument.Parse(bytes.AsMemory(sizeof(ulong), (int)length));
            file.AddAll(header.RootElement, bytes.AsMemory(sizeof(ulong) + (int)length));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new CaseFileException(path, $"has a malformed header: {error.Message}");
        }

        return file;
    }

    private void AddAll(JsonElement header, ReadOnlyMemory<byte> data)
    {
        foreach (JsonProperty entry in header.EnumerateObject())
        {
            if (entry.Name == MetadataName)
            {
                foreach (JsonProperty item in entry.Value.EnumerateObject())
                {
                    if (!_metadata.TryAdd(item.Name, item.Value.GetString() ?? ""))
                        throw new CaseFileException(_path, $"has metadata '{item.Name}' twice");
                }
            }
            else if (!_tensors.TryAdd(entry.Name, ReadTensor(entry, data)))
            {
                throw new CaseFileException(_path, $"has two tensors '{entry.Name}'");
            }
        }

        CheckPlaces(data.Length);
    }

    private StoredTensor ReadTensor(JsonProperty entry, ReadOnlyMemory<byte> data)
    {
        string type = Member(entry, "dtype").GetString() ?? "";
        int size = StoredTensor.SizeOf(type);
        if (size == 0)
            throw new CaseFileException(_path, $"tensor '{entry.Name}' has the unknown type '{type}'");
        int[] shape = [.. Member(entry, "shape").EnumerateArray().Select(extent => extent.GetInt32())];
        long[] offsets = [.. Member(entry, "data_offsets").EnumerateArray().Select(offset => offset.GetInt64())];
        if (offsets is not [var begin, var end] || begin < 0 || end < begin || end > data.Length)
        {
            throw new CaseFileException(
                _path, $"tensor '{entry.Name}' lies at [{string.Join(", ", offsets)}], outside the {data.Length} bytes of data");
        }

        if (shape.Any(extent => extent < 0) || Bytes(shape, size) != end - begin)
        {
            throw new CaseFileException(
                _path, $"tensor '{entry.Name}' of shape [{string.Join(", ", shape)}] and type {type} does not take {end - begin} bytes");
        }

        _places.Add((begin, end, entry.Name));
        return new StoredTensor(type, shape, data[(int)begin..(int)end]);
    }

    /// <summary>The format lets tensors neither overlap nor leave bytes that belong to none.</summary>
    private void CheckPlaces(long length)
    {
        long expected = 0;
        foreach ((long begin, long end, string name) in _places.Order())
        {
            if (begin != expected)
            {
                throw new CaseFileException(
                    _path, $"tensor '{name}' begins at {begin}, {(begin < expected ? "inside the one before" : "after a gap")}");
            }

            expected = end;
        }

        if (expected != length)
            throw new CaseFileException(_path, $"its tensors end at {expected}, but it has {length} bytes of data");
    }

    private JsonElement Member(JsonProperty entry, string name) => entry.Value.TryGetProperty(name, out JsonElement value)
        ? value
        : throw new CaseFileException(_path, $"tensor '{entry.Name}' has no {name}");

    /// <summary>The size of a tensor, or more than any file has.</summary>
    private static decimal Bytes(int[] shape, int size) => shape.Aggregate(
        (decimal)size, (bytes, extent) => Math.Min(bytes, MaxBytes + 1m) * extent);
}
