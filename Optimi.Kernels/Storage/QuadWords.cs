using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// A quad held in registers, word by word. The word's number is a constant wherever it is used, so the choice between the four
/// folds away.
/// </summary>
public struct QuadWords : IWords<ScalarLane>
{
    /// <summary>The words.</summary>
    public Quad Words;

    /// <inheritdoc/>
    public static bool Walks => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ScalarLane Load(int index)
    {
        if (index == 0)
            return Words.X;
        if (index == 1)
            return Words.Y;
        return index == 2 ? Words.Z : Words.W;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int index, ScalarLane words)
    {
        if (index == 0)
            Words.X = words;
        else if (index == 1)
            Words.Y = words;
        else if (index == 2)
            Words.Z = words;
        else
            Words.W = words;
    }
}
