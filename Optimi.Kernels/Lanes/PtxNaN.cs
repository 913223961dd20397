namespace Optimi.Kernels;

/// <summary>The NaNs that CUDA's conversions to 16 bits make.</summary>
internal static class PtxNaN
{
    private const uint Ones = 0x0001_0001;
    private const uint Signs = 0x8000_8000;

    /// <summary>
    /// A word of two numbers, with every NaN as it is stored. Four operations for both: of 0x7FFF alone does one more set the sign. (Of
    /// 0xFFFF it would carry into the other half, but no conversion makes a NaN with a sign.)
    /// </summary>
    /// <param name="word">The numbers.</param>
    /// <param name="difference">How much 0x7FFF is more than the NaN that is stored.</param>
    internal static uint Stored(uint word, uint difference)
    {
        uint isNaN = ((word + Ones) & ~word & Signs) >> 15;
        return word - (isNaN * difference);
    }
}
