namespace Optimi;

/// <content>What is counted and told of steps once it is known whether they were made.</content>
internal sealed partial class GradientGate
{
    private void Count(bool hasNorm)
    {
        foreach (Optimizer optimizer in optimizers)
            optimizer.CountStep();
        if (hasNorm)
            TellNorm();
    }

    private void CountSkipped()
    {
        SkippedSteps++;
        foreach (Optimizer optimizer in optimizers)
            optimizer.Metrics.OnSkipped();
    }

    /// <summary>Tells listeners of the norm that was found last, of a step that was made.</summary>
    private void TellNorm()
    {
        if (Instruments.GradientNorm is not { Enabled: true } norms)
            return;
        try
        {
            foreach (Optimizer optimizer in optimizers)
                optimizer.Metrics.OnNorm(norms, Norm);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The step was made, whatever a listener makes of it.
            Telemetry.WarnOfListener(optimizers[0], error);
        }
    }
}
