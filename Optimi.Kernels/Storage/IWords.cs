namespace Optimi.Kernels;

/// <summary>Where the words of a slot come from and go to: memory of the host or a device, or registers read ahead.</summary>
/// <typeparam name="TLane">The register that holds a word, or a vector of them.</typeparam>
public interface IWords<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>
    /// Whether a step walks on from unit to unit by itself, as on the host; in a kernel every unit has its own work-item, and
    /// no trace of a loop must be left.
    /// </summary>
    static abstract bool Walks { get; }

    /// <summary>Reads a word, or a vector of them.</summary>
    /// <param name="index">The number of the word or vector, from 0.</param>
    TLane Load(int index);

    /// <summary>Writes a word, or a vector of them.</summary>
    /// <param name="index">The number of the word or vector, from 0.</param>
    /// <param name="words">What to write.</param>
    void Store(int index, TLane words);

    /// <summary>Reads half a word into the low half of a register. Only where numbers are accessed one by one.</summary>
    /// <param name="index">The number of the half, from 0.</param>
    TLane LoadHalf(int index) => throw new NotSupportedException();

    /// <summary>Writes half a word from the low half of a register. Only where numbers are accessed one by one.</summary>
    /// <param name="index">The number of the half, from 0.</param>
    /// <param name="words">What to write.</param>
    void StoreHalf(int index, TLane words) => throw new NotSupportedException();
}
