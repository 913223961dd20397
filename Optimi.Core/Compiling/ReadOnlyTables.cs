using System.Reflection;
using System.Text.RegularExpressions;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// Says in OpenCL C that the tables of a launch overlap with nothing that its kernel writes: ILGPU has no word for it. Otherwise a compiler
/// for processors takes a byte that is written for a change of the tables, reads them anew for every work-item, and makes no vectors.
/// </summary>
internal static partial class ReadOnlyTables
{
    private static readonly Type[] _readers = [typeof(TileKernel<,,,,>), typeof(CompressedTileKernel<,,,,,>)];

    /// <summary>The kernel's text, with that said if it is one that only reads its tables.</summary>
    /// <param name="source">OpenCL C.</param>
    /// <param name="kernel">The kernel's method.</param>
    public static string In(string source, MethodInfo kernel) =>
        kernel.DeclaringType is { IsGenericType: true } type && _readers.Contains(type.GetGenericTypeDefinition())
            ? Table().Replace(source, "$1 restrict $2")
            : source;

    /// <summary>A parameter that is a table: of integers, or of rows of scalars. Slabs are of floats.</summary>
    [GeneratedRegex(@"^(\tglobal (?:int|struct \w+)\*) (view_?\w+)", RegexOptions.Multiline)]
    private static partial Regex Table();
}
