namespace Optimi;

/// <summary>What is done with a checkpoint.</summary>
public enum CheckpointPhase
{
    /// <summary>It is written.</summary>
    Saving,

    /// <summary>It is read for the first time, and nothing is changed yet: it can still be cancelled.</summary>
    Verifying,

    /// <summary>It is read into the parameters and states. It is not cancelled any more.</summary>
    Loading,
}
