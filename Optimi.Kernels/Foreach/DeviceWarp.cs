using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Util;

namespace Optimi.Kernels;

/// <summary>The warp that an ILGPU device runs, from the view of one of its threads.</summary>
internal readonly struct DeviceWarp : IWarp<uint>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Add(uint first, uint second) => (ScalarLane.FromBits(first) + ScalarLane.FromBits(second)).Bits;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Max(uint first, uint second) => (uint)Math.Max((int)first, (int)second);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Choose(int bit, uint set, uint clear) => Utilities.Select((Warp.LaneIdx & bit) != 0, set, clear);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Exchange(uint numbers, int bit) => Warp.ShuffleXor(numbers, bit);
}
