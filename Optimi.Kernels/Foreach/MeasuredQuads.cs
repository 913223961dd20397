namespace Optimi.Kernels;

/// <summary>What a thread has measured of a tile: of its first and second quad, or of the first and second numbers of its one quad.</summary>
internal struct MeasuredQuads
{
    /// <summary>The first four numbers.</summary>
    public Quad First;

    /// <summary>The others.</summary>
    public Quad Second;
}
