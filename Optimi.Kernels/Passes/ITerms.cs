namespace Optimi.Kernels;

/// <summary>Which terms of an update are there, as a type.</summary>
internal interface ITerms
{
    /// <summary>Whether weight decay is part of the gradient.</summary>
    static abstract bool L2 { get; }

    /// <summary>Whether parameters decay before their update.</summary>
    static abstract bool Decay { get; }

    /// <summary>Whether parameters shrink after their update.</summary>
    static abstract bool Shrink { get; }

    /// <summary>Whether gradients are multiplied when they are loaded.</summary>
    static virtual bool Scale => false;
}
