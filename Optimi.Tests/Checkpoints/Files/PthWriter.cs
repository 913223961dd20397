using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Optimi.Tests;

/// <summary>Writes files as <c>torch.save</c> does.</summary>
internal static class PthWriter
{
    /// <summary>A file of a value, and of storages that are called by their numbers.</summary>
    public static byte[] File(object? root, params byte[][] storages) => FileOf(PickleWriter.Pickle(root), storages);

    /// <summary>A file of a pickle, and of storages that are called by their numbers.</summary>
    public static byte[] FileOf(byte[] pickle, params byte[][] storages) => Zip(
    [
        ("x/data.pkl", pickle),
        ("x/byteorder", "little"u8.ToArray()),
        .. storages.Select((bytes, i) => ($"x/data/{i}", bytes)),
        ("x/version", "3\n"u8.ToArray()),
    ]);

    public static byte[] Zip(
        IEnumerable<(string Name, byte[] Bytes)> entries, CompressionLevel compression = CompressionLevel.NoCompression)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] bytes) in entries)
            {
                using Stream entry = archive.CreateEntry(name, compression).Open();
                entry.Write(bytes);
            }
        }

        return stream.ToArray();
    }

    public static byte[] Bytes<T>(params ReadOnlySpan<T> numbers)
        where T : unmanaged =>
        MemoryMarshal.AsBytes(numbers).ToArray();

    public static TensorFile Open(byte[] file) => TensorFile.Open(new MemoryStream(file));

    /// <summary>The tensors of a file, each as a line.</summary>
    public static IEnumerable<string> Lines(TensorFile file) => file.Tensors.Select(
        tensor => $"{tensor} {string.Join(' ', tensor.ToArray().Select(number => FormattableString.Invariant($"{number}")))}");
}
