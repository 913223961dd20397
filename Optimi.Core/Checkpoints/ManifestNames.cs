namespace Optimi;

/// <summary>The names in a manifest.</summary>
internal static class ManifestNames
{
    public const string Version = "version";
    public const string Convention = "convention";
    public const string Optimizers = "optimizers";
    public const string Kind = "kind";
    public const string Rule = "rule";
    public const string Averages = "averages";
    public const string Gate = "gate";
    public const string SkippedSteps = "skipped_steps";
    public const string SquaresSum = "squares_sum";
    public const string HasClosed = "has_closed";
    public const string Groups = "groups";
    public const string Parameters = "params";
    public const string Lr = "lr";
    public const string MaxLr = "max_lr";
    public const string StateDType = "state_dtype";
    public const string WeightBits = "weight_bits";
    public const string Options = "options";
    public const string Debiased = "debiased";
    public const string TorchNames = "torch_names";
    public const string Schedules = "schedules";
    public const string Scaler = "scaler";
    public const string Scale = "scale";
    public const string GrowthTracker = "growth_tracker";

    /// <summary>What stands for the type of states that are compressed.</summary>
    public const string Compressed = "compressed";

    /// <summary>How a manifest calls a convention.</summary>
    public static string Of(StateConvention convention) => convention == StateConvention.PyTorch ? "pytorch" : "optimi";
}
