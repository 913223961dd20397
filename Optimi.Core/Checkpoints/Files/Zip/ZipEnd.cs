using System.Buffers.Binary;

namespace Optimi;

/// <summary>The records at the end of a zip archive, which say where its directory is.</summary>
/// <param name="Directory">Where the directory begins.</param>
/// <param name="Length">How many bytes it takes.</param>
/// <param name="Entries">How many entries it has.</param>
internal readonly record struct ZipEnd(long Directory, int Length, ulong Entries)
{
    private const int Size = 22;
    private const int LocatorSize = 20;
    private const int Zip64Size = 56;
    private const int MostCommentBytes = ushort.MaxValue;

    /// <summary>Finds the records.</summary>
    /// <exception cref="CheckpointFormatException">They are not there, or point outside the file.</exception>
    public static ZipEnd Read(ByteSource source)
    {
        byte[] tail = new byte[(int)Math.Min(source.Length, Size + MostCommentBytes)];
        source.Read(source.Length - tail.Length, tail);
        int at = Find(tail);
        if (at < 0)
            throw ZipDirectory.Malformed(source, "has no end record. It was cut short: use another copy");
        ReadOnlySpan<byte> end = tail.AsSpan(at, Size);
        if (!end[4..8].SequenceEqual<byte>([0, 0, 0, 0]))
            throw ZipDirectory.Malformed(source, "is a part of several");

        ulong entries = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        ulong length = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        ulong directory = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        long position = source.Length - tail.Length + at;
        if (entries == ushort.MaxValue || length == uint.MaxValue || directory == uint.MaxValue)
            (position, entries, length, directory) = ReadZip64(source, position);
        if (directory > (ulong)position || length > (ulong)position - directory)
        {
            throw ZipDirectory.Malformed(source, FormattableString.Invariant(
                $"has its directory at byte {directory}, {length} bytes long, but ends at byte {position}"));
        }

        if (length > SafetensorsFile.MostHeaderBytes)
        {
            throw ZipDirectory.Malformed(source, FormattableString.Invariant(
                $"has a directory of {length} bytes, more than the {SafetensorsFile.MostHeaderBytes} that are read"));
        }

        return new ZipEnd((long)directory, (int)length, entries);
    }

    /// <summary>The last place where the record fits exactly: its comment ends where the file does.</summary>
    private static int Find(ReadOnlySpan<byte> tail)
    {
        for (int at = tail.Length - Size; at >= 0; at--)
        {
            if (tail[at..].StartsWith("PK\x05\x06"u8)
                && BinaryPrimitives.ReadUInt16LittleEndian(tail[(at + 20)..]) == tail.Length - at - Size)
            {
                return at;
            }
        }

        return -1;
    }

    private static (long Position, ulong Entries, ulong Length, ulong Directory) ReadZip64(ByteSource source, long end)
    {
        Span<byte> record = stackalloc byte[Zip64Size];
        if (end < LocatorSize + Zip64Size)
            throw ZipDirectory.Malformed(source, "has no zip64 record");
        source.Read(end - LocatorSize, record[..LocatorSize]);
        ulong position = BinaryPrimitives.ReadUInt64LittleEndian(record[8..]);
        if (!record.StartsWith("PK\x06\x07"u8) || position > (ulong)(end - LocatorSize - Zip64Size))
            throw ZipDirectory.Malformed(source, "has no zip64 record");
        source.Read((long)position, record);
        if (!record.StartsWith("PK\x06\x06"u8))
            throw ZipDirectory.Malformed(source, "has no zip64 record");
        return (
            (long)position,
            BinaryPrimitives.ReadUInt64LittleEndian(record[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(record[40..]),
            BinaryPrimitives.ReadUInt64LittleEndian(record[48..]));
    }
}
