namespace Optimi.Kernels;

/// <summary>What one walk over memory does of a step: which slots it reads, and which it writes.</summary>
internal interface IPass
{
    /// <summary>Whether gradients are read and states written.</summary>
    static abstract bool UpdatesStates { get; }

    /// <summary>Whether parameters and their compensation are written; if not, the compensation is not even read.</summary>
    static abstract bool UpdatesParameters { get; }

    /// <summary>Whether what the rule measures is handed on to be summed up over each tensor.</summary>
    static abstract bool Measures { get; }

    /// <summary>Whether a tensor may be in its first step, from which some rules' states start.</summary>
    static virtual bool MayBegin => true;

    /// <summary>Whether parameters may meet their slow weights, where a rule keeps them.</summary>
    static virtual bool MayMeet => true;

    /// <summary>Whether gradients may be multiplied when they are loaded: by -1 for ascent, to unscale or to clip them.</summary>
    static virtual bool MayScale => true;

    /// <summary>Whether gradients may be cut off at a value.</summary>
    static virtual bool MayClip => true;

    /// <summary>Whether weight decay may be part of the gradient.</summary>
    static virtual bool MayPenalize => true;

    /// <summary>Whether parameters may decay before their update.</summary>
    static virtual bool MayDecay => true;

    /// <summary>Whether parameters may shrink after their update.</summary>
    static virtual bool MayShrink => true;
}
