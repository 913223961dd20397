using System.Buffers;

namespace Optimi;

/// <summary>A piece of a file on its way, in memory that is used again and again.</summary>
internal sealed class Piece : IDisposable
{
    /// <summary>How much is read or written at a time: small enough to stay in a processor's cache from one stage to the next.</summary>
    public const int MostBytes = 1 << 20;

    /// <summary>The memory.</summary>
    public byte[] Bytes { get; } = ArrayPool<byte>.Shared.Rent(MostBytes);

    /// <summary>How much of it is used.</summary>
    public int Length { get; set; }

    /// <summary>Whether it is the last one.</summary>
    public bool IsLast { get; set; }

    /// <summary>What is used of it.</summary>
    public Span<byte> Span => Bytes.AsSpan(0, Length);

    public void Dispose() => ArrayPool<byte>.Shared.Return(Bytes);
}
