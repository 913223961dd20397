namespace Optimi;

/// <summary>The checks of a tensor's shape.</summary>
internal static class TensorShape
{
    /// <summary>How many numbers a tensor has.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="shape">The extent of each dimension.</param>
    /// <exception cref="ParameterException">There is no dimension, an extent is negative, or there are too many numbers.</exception>
    public static long LengthOf(string name, ReadOnlySpan<int> shape)
    {
        string text = Parameter.ShapeText(shape);
        if (shape.IsEmpty)
            throw new ParameterException($"Parameter '{name}' has no dimensions; give a scalar the shape [1].");
        Int128 length = 1;
        foreach (int extent in shape)
        {
            if (extent < 0)
            {
                throw new ParameterException(FormattableString.Invariant(
                    $"Parameter '{name}' has shape {text}, but {extent} is no extent; every dimension must be at least 0."));
            }

            // The largest that counts, so that further dimensions cannot overflow and one of 0 still empties the tensor.
            length = Int128.Min(length * extent, long.MaxValue);
        }

        if (length > long.MaxValue / Kernels.Tile.Length)
            throw new ParameterException($"Parameter '{name}' has shape {text}: more numbers than can be counted.");
        return (long)length;
    }
}
