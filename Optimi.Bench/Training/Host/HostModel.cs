using System.Numerics.Tensors;

namespace Optimi.Bench;

/// <summary>The model on the host's cores: embeddings, hidden layers with ReLU, softmax. It computes in float32.</summary>
internal sealed class HostModel : ITrainedModel
{
    private const int Context = ModelParameters.Context;

    private const int Width = ModelParameters.EmbeddingWidth;

    private readonly Parameter _embedding;
    private readonly HostWeights _embeddings;
    private readonly HostLayer[] _layers;

    /// <summary>One layer's gradients, as large as the largest's.</summary>
    private readonly float[] _gradient;

    public HostModel(ModelParameters parameters)
    {
        _embedding = parameters.Embedding;
        _embeddings = new HostWeights(_embedding);
        _layers = [.. parameters.Layers.Select(layer => new HostLayer(layer))];
        long largest = parameters.Layers.Max(layer => layer.Weight.Length + layer.Bias.Length);
        _gradient = new float[Math.Max(largest, _embedding.Length)];
    }

    /// <inheritdoc/>
    public double LossAndGradients(int[] contexts, int[] targets, IGradientSink gradients, float lossScale)
    {
        // The last step has changed them.
        _embeddings.Pull();
        foreach (HostLayer layer in _layers)
            layer.Pull();
        var batch = new HostBatch(targets.Length, _layers);
        double loss = Forward(batch, contexts, targets, lossScale);
        for (int i = _layers.Length - 1; i >= 0; i--)
            Backward(batch, i, gradients);
        EmbeddingGradient(contexts, batch.Slopes[0], gradients);
        return loss;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // It has nothing but arrays.
    }

    /// <summary>The mean loss; the scaled loss's gradient in the scores is then in the batch.</summary>
    private double Forward(HostBatch batch, int[] contexts, int[] targets, float lossScale)
    {
        double[] losses = new double[targets.Length];
        // Each example is computed by one thread alone: the sums do not depend on threads.
        Parallel.For(0, targets.Length, example =>
        {
            Embed(contexts.AsSpan(example * Context, Context), batch.Activation(0, example));
            for (int i = 0; i < _layers.Length; i++)
            {
                Span<float> y = batch.Activation(i + 1, example);
                _layers[i].Forward(batch.Activation(i, example), y);
                if (i < _layers.Length - 1)
                    TensorPrimitives.Max(y, 0f, y);
            }

            losses[example] = SoftmaxSlope(
                batch.Activation(_layers.Length, example),
                batch.Slope(_layers.Length, example),
                targets[example],
                lossScale / targets.Length);
        });
        return losses.Average();
    }

    private void Embed(ReadOnlySpan<int> context, Span<float> input)
    {
        for (int i = 0; i < context.Length; i++)
            _embeddings.Values.AsSpan(context[i] * Width, Width).CopyTo(input[(i * Width)..]);
    }

    /// <summary>The loss of one example, and its gradient in the scores.</summary>
    private static double SoftmaxSlope(ReadOnlySpan<float> scores, Span<float> slope, int target, float weight)
    {
        TensorPrimitives.SoftMax(scores, slope);
        double loss = -Math.Log(Math.Max(slope[target], float.Epsilon));
        slope[target] -= 1;
        TensorPrimitives.Multiply(slope, weight, slope);
        return loss;
    }

    /// <summary>One layer's slopes, for which its weights are needed as they were in the forward pass, and then its gradients.</summary>
    private void Backward(HostBatch batch, int index, IGradientSink gradients)
    {
        HostLayer layer = _layers[index];
        float[] x = batch.Activations[index];
        float[] dy = batch.Slopes[index + 1];
        Parallel.For(0, dy.Length / layer.Outputs, example =>
        {
            Span<float> slope = batch.Slope(index, example);
            layer.Backward(batch.Slope(index + 1, example), slope);
            if (index > 0)
                ReluSlope(batch.Activation(index, example), slope);
        });

        (Parameter weight, Parameter bias) = layer.Parameters;
        Memory<float> ofWeight = _gradient.AsMemory(0, (int)weight.Length);
        Memory<float> ofBias = _gradient.AsMemory((int)weight.Length, (int)bias.Length);
        Parallel.For(0, layer.Outputs, output => layer.Gradient(output, x, dy, ofWeight.Span, ofBias.Span));
        gradients.Take(weight, ofWeight);
        gradients.Take(bias, ofBias);
        gradients.Complete(layer.Parameters.All);
    }

    private static void ReluSlope(ReadOnlySpan<float> activation, Span<float> slope)
    {
        for (int i = 0; i < slope.Length; i++)
            slope[i] = activation[i] > 0 ? slope[i] : 0;
    }

    private void EmbeddingGradient(int[] contexts, float[] slopes, IGradientSink gradients)
    {
        Memory<float> gradient = _gradient.AsMemory(0, (int)_embedding.Length);
        gradient.Span.Clear();
        for (int i = 0; i < contexts.Length; i++)
        {
            Span<float> row = gradient.Span.Slice(contexts[i] * Width, Width);
            TensorPrimitives.Add(row, slopes.AsSpan(i * Width, Width), row);
        }

        gradients.Take(_embedding, gradient);
        gradients.Complete([_embedding]);
    }
}
