namespace Optimi;

/// <summary>What loading may change on the way from a file to parameters and states that are stored otherwise. Nothing is converted unless
/// it is asked for.</summary>
[Flags]
public enum CheckpointConversions
{
    /// <summary>Nothing is changed.</summary>
    None = 0,

    /// <summary>Values become what the parameters are stored as, rounded once (nearest, ties to even). What rounding takes away goes into
    /// the Kahan compensation, if there is one; a compensation in the file is added before.</summary>
    ValueDType = 1,

    /// <summary>Kahan summation may be on where it was off, from a compensation of zero, or off where it was on: then the compensation is
    /// added to the values, which are rounded once.</summary>
    Kahan = 2,

    /// <summary>States become what the optimizer stores them as, rounded once (nearest, ties to even).</summary>
    StateDType = 4,

    /// <summary>The states of another kind of optimizer, or of none, are left aside: states and step counters begin anew.</summary>
    OtherOptimizer = 8,

    /// <summary>All of these.</summary>
    All = ValueDType | Kahan | StateDType | OtherOptimizer,
}
