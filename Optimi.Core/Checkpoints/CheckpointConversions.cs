namespace Optimi;

/// <summary>What loading may change on the way from a file to parameters and states that are stored otherwise. Nothing is converted unless
/// it is asked for.</summary>
[Flags]
public enum CheckpointConversions
{
    /// <summary>Nothing is changed.</summary>
    None = 0,

    /// <summary>Values become what the parameters are stored as, rounded once (nearest, ties to even). What rounding takes away goes into
    /// the Kahan compensation, or into the low bits of weights, if there are any; those in the file are added before.</summary>
    ValueDType = 1,

    /// <summary>What goes with values of the same type may be something else: nothing, a Kahan compensation, or low bits
    /// (<see cref="OptimizerOptions.MasterWeightBits"/>). Where there was nothing it begins as zero. A compensation is added to the values,
    /// which are rounded once, or split to the nearest. Low bits that become a compensation, or nothing, leave the values as they
    /// are.</summary>
    Kahan = 2,

    /// <summary>States become what the optimizer stores them as, rounded once (nearest, ties to even). Compressed ones are decoded; what
    /// is to be compressed is encoded once, to the nearest.</summary>
    StateDType = 4,

    /// <summary>The states of another kind of optimizer, or of none, are left aside: states and step counters begin anew.</summary>
    OtherOptimizer = 8,

    /// <summary>All of these.</summary>
    All = ValueDType | Kahan | StateDType | OtherOptimizer,
}
