namespace Optimi;

/// <summary>What the numbers of a saved schedule are called.</summary>
internal static class ScheduleStateNames
{
    public const string StepCount = "step_count";
    public const string Initial = "initial";
    public const string Value = "value";
    public const string Last = "last";
    public const string Momentum = "momentum";
    public const string Best = "best";
    public const string BadSteps = "num_bad_epochs";
    public const string Cooldown = "cooldown_counter";
}
