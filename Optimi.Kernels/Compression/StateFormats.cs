namespace Optimi.Kernels;

/// <summary>Which states a rule can have in a pair.</summary>
internal static class StateFormats
{
    /// <summary>The number of the second moment; the first moment is the rule's first state.</summary>
    public const int SecondOfPair = 1;
}
