using System.Buffers.Binary;
using System.Text;

namespace Optimi.Tests;

/// <summary>Files in the safetensors format whose header is given as text, so that it can be wrong.</summary>
internal static class RawSafetensors
{
    /// <summary>The bytes of a file.</summary>
    public static byte[] Bytes(string header, params byte[] data) => Bytes(Encoding.UTF8.GetBytes(header), data);

    public static byte[] Bytes(byte[] header, params byte[] data)
    {
        var length = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        return [.. length, .. header, .. data];
    }

    public static TensorFile Open(byte[] bytes) => TensorFile.Open(new MemoryStream(bytes));

    public static TensorFile Open(string header, params byte[] data) => Open(Bytes(header, data));
}
