using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>A warp whose threads are simulated by one: a register of each at a time.</summary>
internal readonly struct SimulatedWarp : IWarp<SimulatedWarp.Register>
{
    /// <inheritdoc/>
    public static Register Add(Register first, Register second)
    {
        Register sums = default;
        for (int lane = 0; lane < WarpSum.Lanes; lane++)
            sums[lane] = (ScalarLane.FromBits(first[lane]) + ScalarLane.FromBits(second[lane])).Bits;
        return sums;
    }

    /// <inheritdoc/>
    public static Register Max(Register first, Register second)
    {
        Register greatest = default;
        for (int lane = 0; lane < WarpSum.Lanes; lane++)
            greatest[lane] = (uint)Math.Max((int)first[lane], (int)second[lane]);
        return greatest;
    }

    /// <inheritdoc/>
    public static Register Choose(int bit, Register set, Register clear)
    {
        Register chosen = default;
        for (int lane = 0; lane < WarpSum.Lanes; lane++)
            chosen[lane] = (lane & bit) != 0 ? set[lane] : clear[lane];
        return chosen;
    }

    /// <inheritdoc/>
    public static Register Exchange(Register numbers, int bit)
    {
        Register exchanged = default;
        for (int lane = 0; lane < WarpSum.Lanes; lane++)
            exchanged[lane] = numbers[lane ^ bit];
        return exchanged;
    }

    /// <summary>A register of each thread.</summary>
    [InlineArray(WarpSum.Lanes)]
    internal struct Register
    {
        private uint _first;
    }
}
