namespace Optimi;

/// <summary>Compares the shapes of tensors of a file and of parameters.</summary>
internal static class StoredShape
{
    /// <summary>Whether a tensor has the shape of a parameter. A single number may have no dimension in the file.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="different">Where it is said if it has not.</param>
    public static bool Fits(StoredTensor tensor, Parameter parameter, List<string> different)
    {
        bool fits = tensor.Shape.Length == parameter.Shape.Length || (tensor.Shape.IsEmpty && parameter.Length == 1);
        for (int i = 0; fits && i < tensor.Shape.Length; i++)
            fits = tensor.Shape[i] == parameter.Shape[i];
        if (!fits)
        {
            different.Add(
                $"'{tensor.Name}' has shape [{string.Join(", ", tensor.Shape.ToArray().Take(8))}], but the parameter"
                + $" {Parameter.ShapeText(parameter.Shape)}.");
        }

        return fits;
    }
}
