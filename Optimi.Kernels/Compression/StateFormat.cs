namespace Optimi.Kernels;

/// <summary>How a state is stored: number by number, or in groups that have a scale in common.</summary>
internal enum StateFormat
{
    /// <summary>Number by number, or not at all.</summary>
    Numbers,

    /// <summary>The first moment of a pair: it and the second one have 16 bits, in groups of <see cref="Pair16.GroupLength"/>.</summary>
    FirstOfPair,

    /// <summary>The second moment of a pair, stored along with the first.</summary>
    SecondOfPair,

    /// <summary>8 bits with a sign, in groups of <see cref="Signed8.GroupLength"/>.</summary>
    Signed,

    /// <summary>The same of a state that is about as large as the root of the pair's second moment: relative to it.</summary>
    SignedByPair,
}
