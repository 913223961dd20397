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
}
