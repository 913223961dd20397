namespace Optimi.Kernels;

/// <summary>One work-item for each number: for GPUs, whose threads run side by side.</summary>
internal readonly struct NumberCoders : ICoders
{
    /// <inheritdoc/>
    public static bool TakeBlocks => false;
}
