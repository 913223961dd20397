namespace Optimi.Bench;

/// <summary>A tensor of a reference case, read whole.</summary>
/// <param name="Type">The type of its numbers, as the file names it.</param>
/// <param name="StorageType">The storage type that Optimi calls it; null if it has none.</param>
/// <param name="Shape">The extent of each dimension.</param>
/// <param name="Numbers">The numbers, widened.</param>
internal sealed record CaseTensor(string Type, DType? StorageType, int[] Shape, double[] Numbers)
{
    public int Length => Numbers.Length;

    public double this[int index] => Numbers[index];

    /// <param name="path">The case's file, for messages.</param>
    /// <param name="stored">The tensor in it.</param>
    /// <exception cref="CaseFileException">It is too large for a parameter.</exception>
    /// <exception cref="CheckpointFormatException">Its numbers cannot be read.</exception>
    public static CaseTensor Read(string path, StoredTensor stored)
    {
        int[] shape = [.. stored.Shape.ToArray().Select(extent => (int)Math.Min(extent, int.MaxValue))];
        return shape.Contains(int.MaxValue)
            ? throw new CaseFileException(path, $"tensor '{stored.Name}' is too large for a parameter")
            : new CaseTensor(stored.Type, stored.DType, shape, stored.ToArray());
    }

    public float[] ToFloats() => Array.ConvertAll(Numbers, number => (float)number);
}
