using System.Buffers.Binary;
using System.Text;

namespace Optimi;

/// <summary>Reads the parts of a pickle one after another.</summary>
/// <param name="name">What the file is called in messages.</param>
/// <param name="bytes">The pickle.</param>
internal sealed class PickleReader(string name, byte[] bytes)
{
    private static readonly UTF8Encoding _strict = new(false, throwOnInvalidBytes: true);

    private int _position;

    /// <summary>How many bytes there were up to here.</summary>
    public int Position => _position;

    /// <summary>Whether there is nothing more.</summary>
    public bool IsAtEnd => _position == bytes.Length;

    public byte ReadByte() => Take(1)[0];

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    /// <summary>Reads a float64, the only number that is big-endian.</summary>
    public double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(Take(sizeof(double)));

    /// <summary>Reads a signed number of some bytes.</summary>
    /// <exception cref="CheckpointFormatException">It does not fit 64 bits.</exception>
    public long ReadLong(int length)
    {
        ReadOnlySpan<byte> number = Take((uint)length);
        if (length > sizeof(long))
        {
            throw new CheckpointFormatException(FormattableString.Invariant(
                $"{name} holds a whole number of {length} bytes, but only those that fit {sizeof(long)} are read. Save it as a text."));
        }

        Span<byte> wide = stackalloc byte[sizeof(long)];
        wide.Fill(length > 0 && number[^1] >= 0x80 ? byte.MaxValue : byte.MinValue);
        number.CopyTo(wide);
        return BinaryPrimitives.ReadInt64LittleEndian(wide);
    }

    /// <summary>Reads a text of some bytes.</summary>
    public string ReadText(ulong length) => Decode(Take(length));

    /// <summary>Reads a text up to the end of its line.</summary>
    public string ReadLine()
    {
        int length = bytes.AsSpan(_position).IndexOf((byte)'\n');
        if (length < 0)
            throw PickleError.Malformed(name, "ends inside a line");
        string line = Decode(Take((uint)length));
        _position++;
        return line;
    }

    private string Decode(ReadOnlySpan<byte> text)
    {
        try
        {
            return _strict.GetString(text);
        }
        catch (DecoderFallbackException error)
        {
            throw new CheckpointFormatException($"{name} has a text that is not Unicode. Save it without that text.", error);
        }
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(bytes.Length - _position))
        {
            throw PickleError.Malformed(name, FormattableString.Invariant(
                $"needs {count} bytes at {_position}, but has only {bytes.Length}"));
        }

        ReadOnlySpan<byte> taken = bytes.AsSpan(_position, (int)count);
        _position += (int)count;
        return taken;
    }
}
