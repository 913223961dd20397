namespace Optimi.Kernels;

/// <summary>What threads of a warp do together.</summary>
/// <typeparam name="TRegister">A register of each thread: 32 bits, a float32 number.</typeparam>
internal interface IWarp<TRegister>
    where TRegister : unmanaged
{
    /// <summary>In each thread the sum of its two numbers.</summary>
    /// <param name="first">The first numbers.</param>
    /// <param name="second">The second numbers.</param>
    static abstract TRegister Add(TRegister first, TRegister second);

    /// <summary>In each thread the greater of its two integers, which have a sign.</summary>
    /// <param name="first">The first integers.</param>
    /// <param name="second">The second integers.</param>
    static abstract TRegister Max(TRegister first, TRegister second);

    /// <summary>In each thread one of its two numbers, as its lane's number has a bit or not.</summary>
    /// <param name="bit">The bit, as a power of two.</param>
    /// <param name="set">The numbers of the lanes that have it.</param>
    /// <param name="clear">The numbers of the others.</param>
    static abstract TRegister Choose(int bit, TRegister set, TRegister clear);

    /// <summary>In each thread the number of the lane whose number differs in one bit.</summary>
    /// <param name="numbers">The numbers.</param>
    /// <param name="bit">The bit, as a power of two.</param>
    static abstract TRegister Exchange(TRegister numbers, int bit);
}
