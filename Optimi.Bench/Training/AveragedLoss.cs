namespace Optimi.Bench;

/// <summary>How good the averages of the weights are at the end of a training.</summary>
internal static class AveragedLoss
{
    /// <summary>The mean loss of the averages over batches that nothing is learnt from. Afterwards the weights are as they were.</summary>
    /// <param name="optimizer">What keeps the averages.</param>
    /// <param name="model">The model, which reads the weights.</param>
    /// <param name="batches">How many batches.</param>
    /// <param name="draw">Draws the next batch.</param>
    /// <param name="contexts">A batch's contexts.</param>
    /// <param name="targets">A batch's targets.</param>
    public static double Of(Optimizer optimizer, ITrainedModel model, int batches, Action draw, int[] contexts, int[] targets)
    {
        IGradientSink gradients = optimizer.GradientRelease ? new UnusedGradients() : new ParameterGradients();
        using IDisposable averages = optimizer.SwapIn();
        double sum = 0;
        for (int batch = 0; batch < batches; batch++)
        {
            draw();
            sum += model.LossAndGradients(contexts, targets, gradients, lossScale: 1);
        }

        return sum / batches;
    }
}
