namespace Optimi;

/// <summary>The phases of one cycle: up, down, and with three phases out.</summary>
internal sealed class OneCyclePhases(int totalSteps, double pctStart, bool threePhase, AnnealStrategy strategy)
{
    private readonly double _rises = (pctStart * totalSteps) - 1;
    private readonly double _falls = threePhase ? (2 * pctStart * totalSteps) - 2 : totalSteps - 1;

    /// <summary>The value of a step.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="start">The value at first.</param>
    /// <param name="peak">The value at the top.</param>
    /// <param name="end">The value in the end.</param>
    /// <exception cref="ScheduleException">The cycle is over.</exception>
    public double At(long step, double start, double peak, double end)
    {
        if (step > totalSteps)
        {
            throw new ScheduleException(
                FormattableString.Invariant($"Step {step} of OneCycleLR is beyond its totalSteps, {totalSteps}; give it as many steps as")
                + " there are, or make a new schedule.");
        }

        if (step <= _rises)
            return Between(start, peak, step, 0, _rises);
        if (!threePhase)
            return Between(peak, end, step, _rises, _falls);
        return step <= _falls ? Between(peak, start, step, _rises, _falls) : Between(start, end, step, _falls, totalSteps - 1);
    }

    /// <summary>The value between two others, the second of which stays when it is reached.</summary>
    private double Between(double from, double to, double step, double first, double last)
    {
        double done = last > first ? Math.Min((step - first) / (last - first), 1) : 1;
        // On the way to a tiny value the line's rounding may pass below 0.
        return strategy == AnnealStrategy.Linear
            ? Math.Max(((to - from) * done) + from, 0)
            : to + ((from - to) / 2 * (Math.Cos(Math.PI * done) + 1));
    }
}
