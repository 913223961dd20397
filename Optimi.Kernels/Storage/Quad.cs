using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Util;

namespace Optimi.Kernels;

/// <summary>Four words: what a CUDA thread moves in one 16-byte access.</summary>
public struct Quad
{
    /// <summary>Words in a quad.</summary>
    public const int Length = 4;

    /// <summary>The first word.</summary>
    public ScalarLane X;

    /// <summary>The second word.</summary>
    public ScalarLane Y;

    /// <summary>The third word.</summary>
    public ScalarLane Z;

    /// <summary>The fourth word.</summary>
    public ScalarLane W;

    /// <summary>The first words as they are, the others zero.</summary>
    /// <param name="length">How many words; less than none or more than all will do.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Quad Prefix(int length) => new()
    {
        X = Utilities.Select(length > 0, X.Value, 0),
        Y = Utilities.Select(length > 1, Y.Value, 0),
        Z = Utilities.Select(length > 2, Z.Value, 0),
        W = Utilities.Select(length > 3, W.Value, 0),
    };

    /// <summary>Writes the words to shared memory.</summary>
    /// <param name="words">The memory.</param>
    /// <param name="at">Where the first word goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void CopyTo(ArrayView<ScalarLane> words, int at)
    {
        words[at] = X;
        words[at + 1] = Y;
        words[at + 2] = Z;
        words[at + 3] = W;
    }
}
