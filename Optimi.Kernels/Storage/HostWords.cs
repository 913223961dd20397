using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Optimi.Kernels;

/// <summary>Memory of the host, in vectors of words.</summary>
/// <typeparam name="TLane">The vector.</typeparam>
/// <param name="address">The first word.</param>
internal readonly unsafe struct HostWords<TLane>(nint address) : IWords<TLane>, IMemory<HostWords<TLane>>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>
    /// How far ahead of what is read memory is fetched, in bytes. Left to itself, a processor looks as far ahead as its window of
    /// instructions reaches, which is not far where it computes much for each number, and least where it divides. Of seven slabs so
    /// much of each fits the nearest cache.
    /// </summary>
    private const int Ahead = 2048;

    private readonly byte* _address = (byte*)address;

    /// <summary>Where the first word lies.</summary>
    internal byte* Address => _address;

    /// <inheritdoc/>
    public static bool Walks => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public HostWords<TLane> Skip(long words) => new((nint)(_address + (words * sizeof(uint))));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Load(int index)
    {
        byte* at = _address + ((nint)index * sizeof(TLane));
        // To fetch never faults, so it does not matter what lies behind a slab.
        if (Sse.IsSupported)
            Sse.Prefetch0(at + Ahead);
        return Unsafe.ReadUnaligned<TLane>(at);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane LoadNear(int index) => Unsafe.ReadUnaligned<TLane>(_address + ((nint)index * sizeof(TLane)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int index, TLane words) => Unsafe.WriteUnaligned(_address + ((nint)index * sizeof(TLane)), words);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreTwo(int index, TLane first, TLane second)
    {
        Store(2 * index, first);
        Store((2 * index) + 1, second);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane LoadHalf(int index)
    {
        byte* at = _address + ((nint)index * (sizeof(TLane) / 2));
        if (Sse.IsSupported)
            Sse.Prefetch0(at + (Ahead / 2));
        return TLane.LoadHalves(at);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreHalf(int index, TLane words) => TLane.StoreHalves(_address + ((nint)index * (sizeof(TLane) / 2)), words);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreNear(int index, TLane first, TLane second) => StoreTwo(index, first, second);

    /// <inheritdoc/>
    public TLane LoadByte(int index) => TLane.SplatBits(_address[index]);

    /// <inheritdoc/>
    public void StoreByte(int index, TLane words) => _address[index] = *(byte*)&words;
}
