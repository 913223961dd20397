using Optimi.Kernels;

namespace Optimi;

/// <summary>What the tensors are in checkpoints that states in groups are made of: codes and headers.</summary>
internal static class GroupTensors
{
    /// <summary>The name of a state's codes: both moments have theirs together.</summary>
    /// <param name="format">How the state is stored.</param>
    /// <param name="state">The state's name.</param>
    public static string CodeName(this StateFormat format, string state) => format.IsOfPair() ? StateName.Moments : state;

    /// <summary>The type of codes, which have the parameter's shape.</summary>
    public static string CodeType(this StateFormat format) => format.IsOfPair() ? TensorTypes.UInt16 : TensorTypes.Int8;

    /// <summary>The type of headers.</summary>
    public static string HeaderType(this StateFormat format) => format.IsOfPair() ? TensorTypes.UInt32 : TensorTypes.UInt16;

    /// <summary>The shape of headers: groups, and for a pair the words of each.</summary>
    /// <param name="format">How the state is stored.</param>
    /// <param name="length">The parameter's length.</param>
    public static long[] HeaderShape(this StateFormat format, long length)
    {
        int groupLength = format.IsOfPair() ? Pair16.GroupLength : Signed8.GroupLength;
        long groups = (length + groupLength - 1) / groupLength;
        return format.IsOfPair() ? [groups, Pair16.HeaderWords] : [groups];
    }

    private static bool IsOfPair(this StateFormat format) => format is StateFormat.FirstOfPair or StateFormat.SecondOfPair;
}
