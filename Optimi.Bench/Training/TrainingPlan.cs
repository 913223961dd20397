namespace Optimi.Bench;

/// <summary>What to train.</summary>
internal sealed record TrainingPlan(
    string Name, string Optimizer, StorageMode Storage, string Device, int Steps, double Lr, int Seed, int Layers, int Width,
    bool GradientRelease = false, int Accumulate = 1, string Schedule = TrainingSchedules.Usual, double? Ema = null,
    double? Clip = null, LossScaling? LossScaling = null);
