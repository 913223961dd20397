namespace Optimi.Bench;

/// <summary>What a scenario's time is compared with, in the same rounds.</summary>
internal enum Baseline
{
    None,

    /// <summary>One tensor of as many parameters.</summary>
    OneTensor,

    /// <summary>The same tensors in one group.</summary>
    OneGroup,
}
