using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>Memory of one register.</summary>
internal struct OneRegister<TLane> : IWords<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    public TLane Words { get; set; }

    public static bool Walks => false;

    public readonly TLane Load(int index) => Words;

    public void Store(int index, TLane words) => Words = words;

    public readonly void StoreTwo(int index, TLane first, TLane second) => throw new NotSupportedException("There is one register.");

    public readonly TLane LoadNear(int index) => Load(index);

    public readonly TLane LoadHalf(int index) => Load(index);

    public void StoreHalf(int index, TLane words) => Store(index, words);

    public readonly void StoreNear(int index, TLane first, TLane second) => StoreTwo(index, first, second);

    public readonly TLane LoadByte(int index) => Load(index);

    public void StoreByte(int index, TLane words) => Store(index, words);
}
