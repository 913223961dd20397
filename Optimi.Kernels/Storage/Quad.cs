using System.Runtime.CompilerServices;
using ILGPU.Util;

namespace Optimi.Kernels;

/// <summary>Four words: what a CUDA thread moves in one 16-byte access.</summary>
/// <remarks>
/// They are integers, since to ILGPU structs of the same numbers are one type, and it leaves all of a kernel in local memory where such a
/// type stands both for a row of scalars and for what is taken apart by its fields.
/// </remarks>
internal struct Quad
{
    /// <summary>Words in a quad.</summary>
    public const int Length = 4;

    /// <summary>The binary logarithm of its bytes.</summary>
    public const int LogOfBytes = 4;

    /// <summary>The binary logarithm of the bytes of half a quad.</summary>
    public const int LogOfHalf = LogOfBytes - 1;

    /// <summary>The first word.</summary>
    public uint X;

    /// <summary>The second word.</summary>
    public uint Y;

    /// <summary>The third word.</summary>
    public uint Z;

    /// <summary>The fourth word.</summary>
    public uint W;

    /// <summary>The first words as they are, the others zero.</summary>
    /// <param name="length">How many words; less than none or more than all will do.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Quad Prefix(int length) => new()
    {
        X = Utilities.Select(length > 0, X, 0u),
        Y = Utilities.Select(length > 1, Y, 0u),
        Z = Utilities.Select(length > 2, Z, 0u),
        W = Utilities.Select(length > 3, W, 0u),
    };
}
