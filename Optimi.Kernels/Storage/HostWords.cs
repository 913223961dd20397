using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>Memory of the host, in vectors of words.</summary>
/// <typeparam name="TLane">The vector.</typeparam>
/// <param name="address">The first word.</param>
public readonly unsafe struct HostWords<TLane>(nint address) : IWords<TLane>, IMemory<HostWords<TLane>>
    where TLane : unmanaged, ILane<TLane>
{
    private readonly byte* _address = (byte*)address;

    /// <inheritdoc/>
    public static bool Walks => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public HostWords<TLane> Skip(long words) => new((nint)(_address + (words * sizeof(uint))));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Load(int index) => Unsafe.ReadUnaligned<TLane>(_address + ((nint)index * sizeof(TLane)));

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
}
