namespace Optimi;

/// <summary>Moves tensors from a file into memory: others are read while one is written.</summary>
internal static class TensorLoader
{
    /// <summary>Moves all of them. The calling thread, whose turn it is, writes.</summary>
    /// <param name="tensors">The tensors.</param>
    /// <param name="onRead">Told how many bytes were read, now and then, on another thread.</param>
    public static void Load(IReadOnlyList<LoadedTensor> tensors, Action<long>? onRead)
    {
        long read = 0;
        using IEnumerator<Part> toRead = Parts(tensors).GetEnumerator();
        using IEnumerator<Part> toWrite = Parts(tensors).GetEnumerator();
        bool hasPart = toRead.MoveNext();
        PieceRing.Run(Fill, calledStage: 1, Write);

        bool Fill(Piece piece)
        {
            for (piece.Length = 0; hasPart && toRead.Current.Bytes <= piece.Bytes.Length - piece.Length; hasPart = toRead.MoveNext())
            {
                Part part = toRead.Current;
                part.Tensor.Read(part.First, part.Count, piece.Bytes.AsSpan(piece.Length, part.Bytes));
                piece.Length += part.Bytes;
            }

            read += piece.Length;
            onRead?.Invoke(read);
            return hasPart;
        }

        void Write(Piece piece)
        {
            // The same parts in the same order as they were read.
            for (int at = 0; at < piece.Length;)
            {
                toWrite.MoveNext();
                Part part = toWrite.Current;
                part.Tensor.Write(part.First, part.Count, piece.Bytes.AsSpan(at, part.Bytes));
                at += part.Bytes;
            }
        }
    }

    private static IEnumerable<Part> Parts(IReadOnlyList<LoadedTensor> tensors)
    {
        foreach (LoadedTensor tensor in tensors)
        {
            int most = tensor.MostOf(Piece.MostBytes);
            for (long first = 0; first < tensor.Length; first += most)
                yield return new Part(tensor, first, (int)Math.Min(most, tensor.Length - first));
        }
    }

    private readonly record struct Part(LoadedTensor Tensor, long First, int Count)
    {
        public int Bytes => Tensor.BytesOf(Count);
    }
}
