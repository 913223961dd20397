using System.Diagnostics.CodeAnalysis;

namespace Optimi;

/// <summary>A file of named tensors. It stays open, and tensors are read from it when they are asked for, until it is disposed of.</summary>
public abstract class TensorFile : IDisposable
{
    private readonly Dictionary<string, StoredTensor> _byName = new(StringComparer.Ordinal);

    private protected TensorFile(ByteSource source, IReadOnlyList<StoredTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        Source = source;
        Tensors = tensors;
        Metadata = metadata;
        foreach (StoredTensor tensor in tensors)
            _byName.Add(tensor.Name, tensor);
    }

    /// <summary>The tensors, in the order of the file; each name is there once.</summary>
    public IReadOnlyList<StoredTensor> Tensors { get; }

    /// <summary>Whether that is the order in which they were given to be saved, as in files of <c>torch.save</c>. Writers of safetensors
    /// sort them.</summary>
    public virtual bool KeepsOrder => false;

    /// <summary>What the file says beside its tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>What it is called in messages.</summary>
    internal string Name => Source.Name;

    /// <summary>How long the file is.</summary>
    internal long Bytes => Source.Length;

    private protected ByteSource Source { get; }

    /// <summary>Opens a file: safetensors, or what <c>torch.save</c> writes (<c>.pth</c>, <c>.pt</c>), told apart by their first
    /// bytes.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointFormatException">The file is damaged or of another format.</exception>
    /// <exception cref="IOException">The file is not there, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public static TensorFile Open(string path) => Open(new ByteSource(path));

    /// <summary>Opens a stream that holds such a file from its position on.</summary>
    /// <param name="stream">The stream, which can seek. It stays open when the file is disposed of.</param>
    /// <exception cref="CheckpointFormatException">What it holds is damaged or of another format.</exception>
    /// <exception cref="CheckpointException">The stream cannot seek.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static TensorFile Open(Stream stream) => Open(new ByteSource(stream, leavesOpen: true));

    /// <summary>Finds a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tensor">The tensor.</param>
    /// <returns>Whether it is there.</returns>
    public bool TryGet(string name, [MaybeNullWhen(false)] out StoredTensor tensor) => _byName.TryGetValue(name, out tensor);

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Checks every byte against the checksum, if the file has one.</summary>
    /// <param name="onRead">Told how many bytes were read, now and then.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="CheckpointFormatException">They differ.</exception>
    internal virtual void Verify(Action<long>? onRead = null, CancellationToken cancellation = default)
    {
    }

    /// <summary>Closes the file.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            Source.Dispose();
    }

    private static TensorFile Open(ByteSource source)
    {
        try
        {
            return PthFile.IsOne(source) ? PthFile.Read(source) : SafetensorsFile.Read(source);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }
}
