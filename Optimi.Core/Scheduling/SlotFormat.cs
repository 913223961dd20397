namespace Optimi;

/// <summary>How the numbers of a slot are stored.</summary>
internal enum SlotFormat
{
    /// <summary>As <see cref="DType.Float32"/>.</summary>
    Float32 = DType.Float32,

    /// <summary>As <see cref="DType.BFloat16"/>.</summary>
    BFloat16 = DType.BFloat16,

    /// <summary>As <see cref="DType.Float16"/>.</summary>
    Float16 = DType.Float16,

    /// <summary>First and second moment in 16 bits, in the slot of the first.</summary>
    Pair16,

    /// <summary>The second moment of such a pair, whose slot takes no memory.</summary>
    Pair16Second,

    /// <summary>8 bits with a sign, in groups.</summary>
    Signed8,

    /// <summary>The same, relative to the root of the pair's second moment.</summary>
    Signed8ByPair,

    /// <summary>8 bits more of a bfloat16 parameter.</summary>
    LowBits8,

    /// <summary>16 bits more.</summary>
    LowBits16,

    /// <summary>The headers of all states that are stored in groups.</summary>
    Headers,
}
