using System.Globalization;

namespace Optimi.Bench;

/// <summary>Finds out which parameters the numbers in a file of PyTorch's are: they count parameters in the order of the model, between
/// which there may be buffers that no optimizer steps.</summary>
internal static class NumberedParameters
{
    private const string Remedy = "save the states by name, as get_optimizer_state_dict gives them";

    /// <summary>The names of parameters, by number.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layout">Its tensors.</param>
    /// <param name="count">How many numbers there are.</param>
    /// <exception cref="ConversionException">The file does not keep the order of parameters, or the shapes of the states fit nowhere, or in
    /// several ways.</exception>
    public static string[] Of(string path, FileLayout layout, int count)
    {
        if (!layout.KeepsOrder)
        {
            throw new ConversionException(
                $"'{path}' numbers its parameters, but safetensors files do not keep their order; {Remedy}.");
        }

        StoredTensor[] model = [.. layout.Parameters.Where(tensor => !IsBuffer(tensor.Name))];
        long[]?[] shapes = [.. Enumerable.Range(0, count).Select(number => layout.ShapeOf(number.ToString(CultureInfo.InvariantCulture)))];
        StoredTensor[]? first = Match(model, shapes);
        StoredTensor[]? last = Match([.. model.Reverse()], [.. shapes.Reverse()]);
        if (first is null || last is null)
        {
            throw new ConversionException(
                $"'{path}' numbers {count} parameters, but their states fit no {count} of its model's tensors in turn; {Remedy}.");
        }

        return first.SequenceEqual(last.Reverse())
            ? [.. first.Select(layout.NameOf)]
            : throw new ConversionException(
                $"'{path}' numbers its parameters, and their states fit its model's tensors in several ways; {Remedy}.");
    }

    /// <summary>What batch normalization counts while it trains.</summary>
    private static bool IsBuffer(string name) => name.Split('.')[^1] is "running_mean" or "running_var";

    /// <summary>Takes the next tensor that fits for each shape; null if there is none.</summary>
    private static StoredTensor[]? Match(StoredTensor[] model, long[]?[] shapes)
    {
        var matched = new List<StoredTensor>();
        int next = 0;
        foreach (long[]? shape in shapes)
        {
            while (next < model.Length && shape is not null && !model[next].Shape.SequenceEqual(shape))
                next++;
            if (next == model.Length)
                return null;
            matched.Add(model[next++]);
        }

        return [.. matched];
    }
}
