using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace Optimi.Tests;

/// <summary>Ways to damage a file in the safetensors format.</summary>
internal static partial class SafetensorsMutations
{
    private static readonly string[] _numbers =
    [
        "0", "-1", "-0", "1", "2", "15", "17", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "18446744073709551615", "18446744073709551616", "1e308", "1e999", "1e2", "1.5", "00", "NaN", "null",
        "\"1\"", "[]",
    ];

    private static readonly string[] _texts =
    [
        "\"\"", "\"a\"", "\"__metadata__\"", "\"__checksum__\"", "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"F64\"", "\"U8\"", "\"F4\"",
        "\"\\u0000\"", "\"\\ud800\"", "\"\\u0061\"", "{}", "[", "null", "1",
    ];

    /// <summary>Bytes that mean something to JSON, and some that are no text.</summary>
    private static readonly byte[] _signs = [0, 0xFF, .. "\"{}[],:\\ -09"u8];

    private static readonly Func<Random, byte[], byte[]>[] _all =
    [
        FlipBit, SetByte, Insert, Delete, Duplicate, Cut, SetLength, (random, bytes) => Edit(random, bytes, Number(), _numbers),
        (random, bytes) => Edit(random, bytes, Number(), _numbers), (random, bytes) => Edit(random, bytes, Text(), _texts), SwapTexts,
    ];

    /// <summary>Damages a copy of a file, once or a few times.</summary>
    public static byte[] Mutate(Random random, byte[] file)
    {
        byte[] mutated = [.. file];
        for (int times = random.Next(4) == 0 ? random.Next(2, 6) : 1; times > 0; times--)
            mutated = _all[random.Next(_all.Length)](random, mutated);
        return mutated;
    }

    private static byte[] FlipBit(Random random, byte[] bytes)
    {
        if (bytes.Length > 0)
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    private static byte[] SetByte(Random random, byte[] bytes)
    {
        if (bytes.Length > 0)
            bytes[random.Next(bytes.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : _signs[random.Next(_signs.Length)];
        return bytes;
    }

    private static byte[] Insert(Random random, byte[] bytes)
    {
        byte[] inserted = new byte[random.Next(1, 40)];
        random.NextBytes(inserted);
        int at = random.Next(bytes.Length + 1);
        return [.. bytes[..at], .. inserted, .. bytes[at..]];
    }

    private static byte[] Delete(Random random, byte[] bytes)
    {
        (int begin, int end) = Range(random, bytes.Length);
        return [.. bytes[..begin], .. bytes[end..]];
    }

    private static byte[] Duplicate(Random random, byte[] bytes)
    {
        (int begin, int end) = Range(random, bytes.Length);
        return [.. bytes[..end], .. bytes[begin..]];
    }

    private static byte[] Cut(Random random, byte[] bytes) => bytes[..random.Next(bytes.Length + 1)];

    private static byte[] SetLength(Random random, byte[] bytes)
    {
        if (bytes.Length < 8)
            return bytes;
        long length = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        long[] lengths =
        [
            0, 1, 7, 8, bytes.Length, bytes.Length - 8, length - 8, length + 8, length + random.Next(-99, 99), -1, int.MaxValue, long.MaxValue,
            100_000_000,
        ];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, lengths[random.Next(lengths.Length)]);
        return bytes;
    }

    /// <summary>Replaces what a pattern finds in the header, and mostly gives the header its new length.</summary>
    private static byte[] Edit(Random random, byte[] bytes, Regex pattern, string[] replacements)
    {
        string header = Header(bytes);
        MatchCollection found = pattern.Matches(header);
        if (found.Count == 0)
            return bytes;
        Match match = found[random.Next(found.Count)];
        string edited = header[..match.Index] + replacements[random.Next(replacements.Length)] + header[(match.Index + match.Length)..];
        return WithHeader(bytes, header, edited, keepsLength: random.Next(8) == 0);
    }

    private static byte[] SwapTexts(Random random, byte[] bytes)
    {
        string header = Header(bytes);
        string[] texts = [.. Text().Matches(header).Select(match => match.Value)];
        return texts.Length == 0 ? bytes : Edit(random, bytes, Text(), texts);
    }

    private static string Header(byte[] bytes)
    {
        long length = bytes.Length < 8 ? 0 : BinaryPrimitives.ReadInt64LittleEndian(bytes);
        return bytes.Length < 8 ? "" : Encoding.Latin1.GetString(bytes, 8, (int)Math.Clamp(length, 0, bytes.Length - 8));
    }

    private static byte[] WithHeader(byte[] bytes, string header, string edited, bool keepsLength)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, edited.Length);
        return [.. keepsLength ? bytes[..8] : length, .. Encoding.Latin1.GetBytes(edited), .. bytes[(8 + header.Length)..]];
    }

    private static (int Begin, int End) Range(Random random, int length)
    {
        int begin = random.Next(length + 1);
        return (begin, Math.Min(length, begin + random.Next(1, 40)));
    }

    [GeneratedRegex("(?<=[\\[,])-?[0-9]+")]
    private static partial Regex Number();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Text();
}
