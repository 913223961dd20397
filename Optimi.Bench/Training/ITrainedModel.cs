namespace Optimi.Bench;

/// <summary>
/// The forward and the backward pass of the model. The parameters lie in an Optimi buffer, and whoever trains steps them: the model does
/// not know which optimizer there is, nor when it steps.
/// </summary>
internal interface ITrainedModel : IDisposable
{
    /// <summary>
    /// The mean loss over a batch, in nats a character, not scaled. The backward pass goes from the last layer to the first and hands over a layer's
    /// gradients once nothing needs the layer's weights any more, so that they may be stepped at once.
    /// </summary>
    /// <param name="contexts">For each example <see cref="ModelParameters.Context"/> symbols.</param>
    /// <param name="targets">For each example the symbol that follows.</param>
    /// <param name="gradients">Where the gradients go.</param>
    /// <param name="lossScale">What the loss is multiplied by for its gradients: 1 for nothing, more for those that must not vanish in
    /// float16.</param>
    double LossAndGradients(int[] contexts, int[] targets, IGradientSink gradients, float lossScale);
}
