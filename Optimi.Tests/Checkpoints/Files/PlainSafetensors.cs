using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Optimi.Tests;

/// <summary>
/// A second reader and writer of safetensors files, after the format's description alone, so that the library's own can be checked
/// against it. It is strict, slow, and keeps everything in memory.
/// </summary>
internal sealed class PlainSafetensors
{
    private const string MetadataName = "__metadata__";

    private const string ChecksumName = "__checksum__";

    private static readonly (int Size, string[] Types)[] _types =
    [
        (1, ["BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0"]),
        (2, ["I16", "U16", "F16", "BF16"]),
        (4, ["I32", "U32", "F32"]),
        (8, ["I64", "U64", "F64", "C64"]),
    ];

    /// <summary>The tensors, in the order of their bytes.</summary>
    public OrderedDictionary<string, PlainTensor> Tensors { get; } = [];

    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It breaks a rule of the format.</exception>
    public static PlainSafetensors Read(byte[] bytes)
    {
        Check(bytes.Length >= 8, "no length");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Check(length <= 100_000_000 && length <= (ulong)bytes.Length - 8, "length");
        var file = new PlainSafetensors();
        try
        {
            string header = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 8, (int)length);
            Check(header.StartsWith('{') && header.TrimEnd(' ').EndsWith('}'), "no object");
            using JsonDocument json = JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false });
            file.Read(json.RootElement, bytes.AsSpan(8 + (int)length));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or DecoderFallbackException)
        {
            throw new InvalidDataException(error.Message, error);
        }

        return file;
    }

    /// <summary>The digest that a file with a checksum has to end with.</summary>
    public static byte[] ChecksumOf(byte[] bytes) => XxHash128.Hash(bytes.AsSpan(0, bytes.Length - 16));

    /// <summary>Adds a tensor.</summary>
    /// <returns>This file.</returns>
    public PlainSafetensors Add(string name, string dtype, long[] shape, params byte[] bytes)
    {
        Tensors.Add(name, new PlainTensor(dtype, shape, bytes));
        return this;
    }

    /// <summary>Writes the file: tensor after tensor, the header padded with spaces to a multiple of eight bytes.</summary>
    public byte[] Write()
    {
        var header = new JsonObject();
        if (Metadata.Count > 0)
            header[MetadataName] = new JsonObject(Metadata.Select(item => KeyValuePair.Create(item.Key, (JsonNode?)item.Value)));
        long begin = 0;
        foreach ((string name, PlainTensor tensor) in Tensors)
        {
            header[name] = new JsonObject
            {
                ["dtype"] = tensor.DType,
                ["shape"] = new JsonArray([.. tensor.Shape.Select(extent => (JsonNode)extent)]),
                ["data_offsets"] = new JsonArray(begin, begin + tensor.Bytes.Length),
            };
            begin += tensor.Bytes.Length;
        }

        byte[] text = Encoding.UTF8.GetBytes(header.ToJsonString());
        int padded = (text.Length + 7) / 8 * 8;
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        IEnumerable<byte> padding = Enumerable.Repeat((byte)' ', padded - text.Length);
        return [.. length, .. text, .. padding, .. Tensors.Values.SelectMany(tensor => tensor.Bytes)];
    }

    /// <summary>Writes the file with a checksum as its last tensor.</summary>
    public byte[] WriteWithChecksum()
    {
        Tensors[ChecksumName] = new PlainTensor("U8", [16], new byte[16]);
        byte[] bytes = Write();
        ChecksumOf(bytes).CopyTo(bytes, bytes.Length - 16);
        return bytes;
    }

    private void Read(JsonElement header, ReadOnlySpan<byte> data)
    {
        var places = new List<(long Begin, long End, string Name)>();
        foreach (JsonProperty entry in header.EnumerateObject())
        {
            if (entry.Name == MetadataName)
            {
                foreach (JsonProperty item in entry.Value.EnumerateObject())
                    Metadata.Add(item.Name, item.Value.GetString() ?? throw new InvalidDataException("metadata is null"));
                continue;
            }

            long[] offsets = Numbers(entry.Value.GetProperty("data_offsets"));
            Check(offsets.Length == 2, "offsets");
            places.Add((offsets[0], offsets[1], entry.Name));
        }

        long expected = 0;
        foreach ((long begin, long end, string name) in places.Order())
        {
            Check(begin == expected && end >= begin && end <= data.Length, $"place of {name}");
            expected = end;
            JsonElement entry = header.GetProperty(name);
            Check(entry.EnumerateObject().Count() == 3, $"members of {name}");
            string dtype = entry.GetProperty("dtype").GetString() ?? "";
            long[] shape = Numbers(entry.GetProperty("shape"));
            int size = _types.FirstOrDefault(type => type.Types.Contains(dtype)).Size;
            Check(size > 0, $"type of {name}");
            Check(shape.Aggregate((BigInteger)size, (product, extent) => product * extent) == end - begin, $"shape of {name}");
            Add(name, dtype, shape, data[(int)begin..(int)end].ToArray());
        }

        Check(expected == data.Length, "bytes after the last tensor");
    }

    private static long[] Numbers(JsonElement array)
    {
        long[] numbers = [.. array.EnumerateArray().Select(number => number.TryGetInt64(out long value) ? value : -1)];
        Check(numbers.All(number => number >= 0) && array.EnumerateArray().All(number => number.GetRawText().All(char.IsAsciiDigit)), "number");
        return numbers;
    }

    private static void Check(bool isRight, string what)
    {
        if (!isRight)
            throw new InvalidDataException($"The file breaks the format's rules: {what}.");
    }
}
