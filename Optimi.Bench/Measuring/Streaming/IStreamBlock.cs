namespace Optimi.Bench;

/// <summary>What a streaming loop loads and stores at a time.</summary>
/// <typeparam name="TSelf">The block.</typeparam>
internal unsafe interface IStreamBlock<TSelf>
    where TSelf : unmanaged, IStreamBlock<TSelf>
{
    /// <summary>Its length in bytes.</summary>
    static abstract int Bytes { get; }

    static abstract TSelf Load(byte* from);

    /// <summary>The lowest bytes of a number, over and over.</summary>
    static abstract TSelf Splat(uint bits);

    static abstract TSelf And(TSelf left, TSelf right);

    static abstract TSelf Add(TSelf left, TSelf right);

    void Store(byte* to);
}
