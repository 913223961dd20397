using System.Buffers.Binary;
using System.Text;

namespace Optimi;

/// <summary>The directory of a zip archive whose entries are not compressed, so that they can be read from where they lie.</summary>
/// <remarks>The format is described in
/// <see href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">APPNOTE.TXT</see>.</remarks>
internal sealed class ZipDirectory
{
    private const int EntrySize = 46;
    private const int LocalSize = 30;
    private const ushort Zip64Extra = 1;
    private const ushort EncryptedFlags = 0x41;

    private static readonly UTF8Encoding _strict = new(false, throwOnInvalidBytes: true);

    private readonly ByteSource _source;
    private readonly long _end;
    private readonly Dictionary<string, ZipEntry> _entries = new(StringComparer.Ordinal);

    private ZipDirectory(ByteSource source, long end) => (_source, _end) = (source, end);

    /// <summary>The names of the entries.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>Reads the directory.</summary>
    /// <exception cref="CheckpointFormatException">It is damaged, or has a name twice.</exception>
    public static ZipDirectory Read(ByteSource source)
    {
        ZipEnd end = ZipEnd.Read(source);
        byte[] bytes = GC.AllocateUninitializedArray<byte>(end.Length);
        source.Read(end.Directory, bytes);
        var directory = new ZipDirectory(source, end.Directory);
        ReadOnlySpan<byte> rest = bytes;
        while (!rest.IsEmpty)
            directory.Add(ref rest);
        if ((ulong)directory._entries.Count != end.Entries)
        {
            throw Malformed(source, FormattableString.Invariant(
                $"has {directory._entries.Count} entries, but says {end.Entries}"));
        }

        return directory;
    }

    public static CheckpointFormatException Malformed(ByteSource source, string what) =>
        new($"{source.Name} is no whole zip archive: it {what}.");

    /// <summary>Finds the bytes of an entry.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Where in the file they begin, and how many they are; null if there is no such entry.</returns>
    /// <exception cref="CheckpointFormatException">They are compressed, encrypted, or not where the directory says.</exception>
    public (long Start, long Length)? Find(string name)
    {
        if (!_entries.TryGetValue(name, out ZipEntry entry))
            return null;
        if ((entry.Flags & EncryptedFlags) != 0)
            throw new CheckpointFormatException($"{_source.Name} has an encrypted '{name}'. Decrypt it first.");
        if (entry.Method != 0 || entry.Stored != entry.Size)
        {
            throw new CheckpointFormatException(
                $"{_source.Name} has a compressed '{name}', but is read from where it lies. Load it by PyTorch and save it again, or unpack it"
                + " and pack it by 'zip -0'.");
        }

        return (StartOf(entry), (long)entry.Size);
    }

    private long StartOf(ZipEntry entry)
    {
        byte[] name = Encoding.UTF8.GetBytes(entry.Name);
        byte[] local = new byte[LocalSize + name.Length];
        if (entry.Header > (ulong)_end || (ulong)_end - entry.Header < (ulong)local.Length)
            throw Misplaced(entry);
        _source.Read((long)entry.Header, local);
        ReadOnlySpan<byte> header = local;
        long start = (long)entry.Header + local.Length + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        bool isIt = header.StartsWith("PK\x03\x04"u8)
            && BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) == entry.Method
            && BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) == name.Length
            && header[LocalSize..].SequenceEqual(name);
        return isIt && start <= _end && entry.Size <= (ulong)(_end - start) ? start : throw Misplaced(entry);
    }

    private void Add(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < EntrySize || !rest.StartsWith("PK\x01\x02"u8))
            throw Malformed(_source, "has a damaged directory");
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[28..]);
        int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[30..]);
        int length = EntrySize + nameLength + extraLength + BinaryPrimitives.ReadUInt16LittleEndian(rest[32..]);
        if (length > rest.Length)
            throw Malformed(_source, "has a damaged directory");
        var entry = new ZipEntry(
            NameOf(rest.Slice(EntrySize, nameLength)),
            BinaryPrimitives.ReadUInt16LittleEndian(rest[8..]),
            BinaryPrimitives.ReadUInt16LittleEndian(rest[10..]),
            BinaryPrimitives.ReadUInt32LittleEndian(rest[20..]),
            BinaryPrimitives.ReadUInt32LittleEndian(rest[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(rest[42..]));
        entry = Widen(entry, rest.Slice(EntrySize + nameLength, extraLength));
        if (!_entries.TryAdd(entry.Name, entry))
            throw Malformed(_source, $"has '{SafetensorsHeader.Shown(entry.Name)}' twice");
        rest = rest[length..];
    }

    private string NameOf(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return _strict.GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            throw new CheckpointFormatException($"{_source.Name} has an entry whose name is not Unicode. Use another copy.", error);
        }
    }

    /// <summary>Takes the numbers that do not fit 32 bits from where zip64 keeps them.</summary>
    private ZipEntry Widen(ZipEntry entry, ReadOnlySpan<byte> extra)
    {
        if (entry is not { Size: < uint.MaxValue, Stored: < uint.MaxValue, Header: < uint.MaxValue })
        {
            ReadOnlySpan<byte> wide = Zip64Of(extra);
            entry = entry with { Size = Wide(entry.Size, ref wide) };
            entry = entry with { Stored = Wide(entry.Stored, ref wide) };
            entry = entry with { Header = Wide(entry.Header, ref wide) };
        }

        return entry;
    }

    private ulong Wide(ulong narrow, ref ReadOnlySpan<byte> wide)
    {
        if (narrow != uint.MaxValue)
            return narrow;
        if (wide.Length < sizeof(ulong))
            throw Malformed(_source, "has a damaged directory: zip64 numbers are missing");
        ulong number = BinaryPrimitives.ReadUInt64LittleEndian(wide);
        wide = wide[sizeof(ulong)..];
        return number;
    }

    private static ReadOnlySpan<byte> Zip64Of(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            ushort tag = BinaryPrimitives.ReadUInt16LittleEndian(extra);
            int length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]), extra.Length - 4);
            if (tag == Zip64Extra)
                return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }

        return [];
    }

    private CheckpointFormatException Misplaced(ZipEntry entry) =>
        Malformed(_source, $"does not have '{entry.Name}' where its directory says");
}
