namespace Optimi.Kernels;

/// <summary>
/// One work-item for each block of numbers: for processors, whose compilers make vectors of its loops. Of what all work-items do between
/// any two barriers they make loops as well, but keep for each of them what it has found out before.
/// </summary>
internal readonly struct BlockCoders : ICoders
{
    /// <inheritdoc/>
    public static bool TakeBlocks => true;
}
