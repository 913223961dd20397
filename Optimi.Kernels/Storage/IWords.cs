namespace Optimi.Kernels;

/// <summary>Where the words of a slot come from and go to: memory of the host or a device, or registers read ahead.</summary>
/// <typeparam name="TLane">The register that holds a word, or a vector of them.</typeparam>
internal interface IWords<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>
    /// Whether a step walks on from unit to unit by itself, as on the host; in a kernel each call steps one unit, and no trace
    /// of a loop must be left.
    /// </summary>
    static abstract bool Walks { get; }

    /// <summary>Reads a word, or a vector of them.</summary>
    /// <param name="index">The number of the word or vector, from 0.</param>
    TLane Load(int index);

    /// <summary>Reads a word, or a vector of them, that was written not long ago.</summary>
    /// <param name="index">The number of the word or vector, from 0.</param>
    TLane LoadNear(int index);

    /// <summary>Writes a word, or a vector of them.</summary>
    /// <param name="index">The number of the word or vector, from 0.</param>
    /// <param name="words">What to write.</param>
    void Store(int index, TLane words);

    /// <summary>Writes two words, or vectors of them, that follow one another.</summary>
    /// <param name="index">The number of the two, from 0.</param>
    /// <param name="first">What to write first.</param>
    /// <param name="second">What to write behind it.</param>
    void StoreTwo(int index, TLane first, TLane second);

    /// <summary>Writes two words, or vectors of them, that follow one another and are read again soon.</summary>
    /// <param name="index">The number of the two, from 0.</param>
    /// <param name="first">What to write first.</param>
    /// <param name="second">What to write behind it.</param>
    void StoreNear(int index, TLane first, TLane second);

    /// <summary>Reads half a word, or of as many words as a vector has: into the lower half, with zeros above.</summary>
    /// <param name="index">The number of the half word, or of the vector of them, from 0.</param>
    TLane LoadHalf(int index);

    /// <summary>Reads a byte into the lowest place of a word, with zeros above. Not of vectors.</summary>
    /// <param name="index">The number of the byte, from 0.</param>
    TLane LoadByte(int index);

    /// <summary>Writes the lowest byte of a word. Not of vectors.</summary>
    /// <param name="index">The number of the byte, from 0.</param>
    /// <param name="words">What to write.</param>
    void StoreByte(int index, TLane words);

    /// <summary>Writes the lower half of a word, or of each in a vector.</summary>
    /// <param name="index">The number of the half word, or of the vector of them, from 0.</param>
    /// <param name="words">What to write.</param>
    void StoreHalf(int index, TLane words);
}
