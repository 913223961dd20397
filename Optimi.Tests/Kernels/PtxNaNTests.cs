using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>The NaNs of CUDA's conversions to 16 bits, as they are stored.</summary>
internal sealed class PtxNaNTests
{
    /// <summary>What conversions make of every NaN.</summary>
    private const uint Converted = 0x7FFF;

    [Test]
    public void Only_the_NaN_of_conversions_is_changed_in_either_half([Values(0x7FC0u, 0x7E00u)] uint stored)
    {
        foreach (uint other in (uint[])[0, 0x3F80, 0x7F80, 0x8000, Converted])
        {
            // 0xFFFF, a NaN with a sign, is what they never make.
            for (uint number = 0; number < 0xFFFF; number++)
            {
                uint low = PtxNaN.Stored((other << 16) | number, Converted - stored);
                uint high = PtxNaN.Stored((number << 16) | other, Converted - stored);
                if (low != ((Expected(other) << 16) | Expected(number)) || high != ((Expected(number) << 16) | Expected(other)))
                    Assert.Fail($"{number:X4} beside {other:X4} became {low:X8} and {high:X8}.");
            }
        }

        uint Expected(uint number) => number == Converted ? stored : number;
    }
}
