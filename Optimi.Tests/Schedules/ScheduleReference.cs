namespace Optimi.Tests;

/// <summary>Schedules as functions of the step, from their definitions, where the library goes from value to value or in other terms.</summary>
internal static class ScheduleReference
{
    /// <summary>Linear between 0 at whole cycles and 1 at the top, scaled.</summary>
    public static double Cyclic(int step, double low, double high, int up, int down, CyclicMode mode, double gamma)
    {
        int cycle = step / (up + down);
        int within = step % (up + down);
        double height = within <= up ? (double)within / up : (double)(up + down - within) / down;
        double scale = mode switch
        {
            CyclicMode.Triangular2 => Math.ScaleB(1, -cycle),
            CyclicMode.ExpRange => Math.Pow(gamma, step),
            _ => 1,
        };
        return low + ((high - low) * height * scale);
    }

    /// <summary>The factors up to a step, one by one.</summary>
    public static double Multiplicative(int step, double initial, Func<long, double> factor) =>
        Enumerable.Range(1, step).Aggregate(initial, (value, passed) => value * factor(passed));

    /// <summary>The share of the initial value.</summary>
    public static double WarmupStableDecay(int step, int warmup, int stable, int decay, DecayShape shape, double least)
    {
        if (step < warmup)
            return (step + 1.0) / warmup;
        double done = Math.Clamp((step - warmup - stable) / (double)decay, 0, 1);
        double left = shape switch
        {
            DecayShape.Linear => 1 - done,
            DecayShape.Cosine => Math.Pow(Math.Cos(Math.PI * done / 2), 2),
            _ => 1 - Math.Sqrt(done),
        };
        return least + ((1 - least) * left);
    }

    /// <summary>The share of the way from the first value to the top that a step of one cycle has gone, if that is linear.</summary>
    public static double OneCycleRise(int step, int total, double start)
    {
        double top = (start * total) - 1;
        return step <= top ? step / top : (total - 1 - step) / (total - 1 - top);
    }

    /// <summary>The share of the initial value that remains of polynomial decay.</summary>
    public static double Polynomial(int step, int total, double power) => Math.Pow(1 - (Math.Min(step, total) / (double)total), power);

    /// <summary>A line between two shares of the initial value.</summary>
    public static double Linear(int step, double start, double end, int total) =>
        start + ((end - start) * Math.Min(step, total) / total);

    /// <summary>A cosine, up and down.</summary>
    public static double Cosine(int step, double initial, int half, double least) =>
        least + ((initial - least) * Math.Pow(Math.Cos(Math.PI * step / (2 * half)), 2));

    /// <summary>What one walks down and jumps up again, round by round.</summary>
    public static double WarmRestarts(int step, double initial, int first, int times, double least)
    {
        int begun = 0;
        int length = first;
        for (int passed = 1; passed <= step; passed++)
        {
            if (passed - begun == length)
                (begun, length) = (passed, length * times);
        }

        return Cosine(step - begun, initial, length, least);
    }
}
