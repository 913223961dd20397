using System.Text;

namespace Optimi.TorchSharp;

/// <summary>What a state dictionary of TorchSharp's has no place for: what rounding a parameter to its type has lost so far, for each
/// parameter in the order of the groups.</summary>
/// <param name="Names">What it is called: <c>kahan_comp</c> or <c>low_bits</c>; empty where there is nothing.</param>
/// <param name="Bytes">The numbers as they are stored.</param>
internal sealed record StateExtras(IReadOnlyList<string> Names, IReadOnlyList<byte[]> Bytes)
{
    private const string Mark = "Optimi.TorchSharp.1";

    /// <summary>Writes it behind TorchSharp's own part of a file.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Mark);
        foreach ((string name, byte[] bytes) in Names.Zip(Bytes))
        {
            writer.Write(name);
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }
    }

    /// <summary>Reads it.</summary>
    /// <returns>Null if nothing follows TorchSharp's own part, as where the variable's type was TorchSharp's when it was saved.</returns>
    /// <exception cref="CheckpointFormatException">It is something else.</exception>
    /// <exception cref="EndOfStreamException">It is cut short.</exception>
    public static StateExtras? ReadIfAny(BinaryReader reader, int count)
    {
        Span<byte> markLength = stackalloc byte[1];
        if (reader.Read(markLength) == 0)
            return null;
        string mark = Encoding.UTF8.GetString(reader.ReadBytes(markLength[0]));
        if (mark != Mark)
            throw new CheckpointFormatException($"The states are followed by '{mark}', not by '{Mark}'; the file is damaged, or of a later version.");
        var names = new string[count];
        var bytes = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            names[i] = reader.ReadString();
            int length = reader.ReadInt32();
            bytes[i] = reader.ReadBytes(length);
            if (bytes[i].Length != length)
                throw new EndOfStreamException();
        }

        return new StateExtras(names, bytes);
    }
}
