using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>One word in a register, as memory: a storage of units of two numbers reads a lone number from its lower half.</summary>
/// <typeparam name="TLane">The register.</typeparam>
internal struct LoneWord<TLane>(TLane word) : IWords<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>The word.</summary>
    public TLane Word = word;

    /// <inheritdoc/>
    public static bool Walks => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Load(int index) => Word;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane LoadNear(int index) => Word;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane LoadHalf(int index) => Word;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane LoadByte(int index) => Word;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int index, TLane words) => Word = words;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreTwo(int index, TLane first, TLane second) => Word = first;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreNear(int index, TLane first, TLane second) => Word = first;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreHalf(int index, TLane words) => Word = words;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreByte(int index, TLane words) => Word = words;
}
