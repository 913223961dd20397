namespace Optimi.Kernels;

/// <summary>Which terms rows of scalars ask for: what chooses the leanest loop or kernel.</summary>
[Flags]
internal enum Terms
{
    /// <summary>The update alone.</summary>
    None = 0,

    /// <summary>Decay before the update.</summary>
    Decay = 1,

    /// <summary>Shrinking after the update.</summary>
    Shrink = 2,

    /// <summary>Weight decay as part of the gradient.</summary>
    L2 = 4,

    /// <summary>What few steps have: clipping by value, a first step from which states or averages begin, the meeting with the slow
    /// weights.</summary>
    Rest = 8,

    /// <summary>Gradients that are multiplied when they are loaded.</summary>
    Scale = 16,

    /// <summary>All there are.</summary>
    All = Decay | Shrink | L2 | Rest | Scale,
}
