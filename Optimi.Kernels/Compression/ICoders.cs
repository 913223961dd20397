namespace Optimi.Kernels;

/// <summary>Which work-items encode groups of numbers.</summary>
internal interface ICoders
{
    /// <summary>Whether one work-item takes a block of numbers; else each takes one number.</summary>
    static abstract bool TakeBlocks { get; }
}
