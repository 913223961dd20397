using System.Text.RegularExpressions;

namespace Optimi;

/// <summary>
/// Numbers the names in ILGPU's output anew. ILGPU counts through a whole process, so that a kernel's text depends on what was compiled
/// before it, and drivers, which keep what they have built by its text, would not find it again.
/// </summary>
internal static partial class CanonicalNames
{
    /// <summary>The same kernel with its names numbered in the order in which they occur.</summary>
    /// <param name="source">OpenCL C or PTX.</param>
    public static string Of(string source)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        return Numbered().Replace(source, name =>
        {
            if (!numbers.TryGetValue(name.Value, out int number))
                numbers.Add(name.Value, number = numbers.Count);
            return $"{name.Groups[1].Value}{number}";
        });
    }

    /// <summary>
    /// Variables, and whatever else ends with a number behind an underscore: types, views, labels, parameters, methods. But not
    /// extensions (cl_), architectures (sm_) and fields, which are counted from 0 in each type.
    /// </summary>
    [GeneratedRegex(@"(?<![\w.%$])(?!cl_|sm_|field_)([A-Za-z_]\w*_|var)[0-9]+")]
    private static partial Regex Numbered();
}
