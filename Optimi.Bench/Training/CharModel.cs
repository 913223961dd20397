using System.Numerics.Tensors;

namespace Optimi.Bench;

/// <summary>
/// Predicts a character from those before it: each character's embedding, two hidden layers, softmax. The parameters live in an
/// Optimi buffer; forward and backward run here.
/// </summary>
internal sealed class CharModel
{
    /// <summary>Characters that the next one is predicted from.</summary>
    public const int Context = 16;

    private const int Embedding = 24;

    private const int Hidden = 320;

    private readonly Weights _embedding;
    private readonly Dense[] _layers;
    private readonly List<Weights> _all = [];

    public CharModel(ParameterBuffer parameters, DType dtype, int vocabulary, Random random)
    {
        _embedding = Add("embedding", 1, vocabulary, Embedding);
        _layers =
        [
            AddLayer("hidden1", Context * Embedding, Hidden),
            AddLayer("hidden2", Hidden, Hidden),
            AddLayer("output", Hidden, vocabulary),
        ];

        Dense AddLayer(string name, int inputs, int outputs) => new(
            Add($"{name}.weight", Math.Sqrt(2.0 / inputs), outputs, inputs), Add($"{name}.bias", 0, outputs), inputs, outputs);

        Weights Add(string name, double deviation, params int[] shape)
        {
            var weights = new Weights(parameters.Add(name, dtype, shape));
            weights.Initialize(random, deviation);
            _all.Add(weights);
            return weights;
        }
    }

    /// <summary>Brings the parameters from the device.</summary>
    public void Pull() => _all.ForEach(weights => weights.Pull());

    /// <summary>Takes the gradients to the device.</summary>
    public void Push() => _all.ForEach(weights => weights.Push());

    /// <summary>The mean loss over a batch, in nats a character; the gradients are then in the weights.</summary>
    /// <param name="contexts">For each example <see cref="Context"/> symbols.</param>
    /// <param name="targets">For each example the symbol that follows.</param>
    public double LossAndGradients(int[] contexts, int[] targets)
    {
        var batch = new Batch(targets.Length, _layers);
        var losses = new double[targets.Length];
        // Each example, and then each output's weights, is computed by one thread alone: the sums do not depend on threads.
        Parallel.For(0, targets.Length, example =>
        {
            Embed(contexts.AsSpan(example * Context, Context), batch.Activation(0, example));
            Forward(batch, example);
            losses[example] = SoftmaxSlope(batch.Activation(_layers.Length, example), targets[example], 1f / targets.Length);
            Backward(batch, example);
        });
        for (int i = 0; i < _layers.Length; i++)
        {
            Dense layer = _layers[i];
            float[] x = batch.Activations[i];
            float[] dy = batch.Slopes[i];
            Parallel.For(0, layer.Outputs, output => layer.Gradient(output, x, dy));
        }

        EmbeddingGradient(contexts, batch.InputSlopes);
        return losses.Average();
    }

    private void Embed(ReadOnlySpan<int> context, Span<float> input)
    {
        for (int i = 0; i < context.Length; i++)
            _embedding.Values.AsSpan(context[i] * Embedding, Embedding).CopyTo(input[(i * Embedding)..]);
    }

    private void Forward(Batch batch, int example)
    {
        for (int i = 0; i < _layers.Length; i++)
        {
            Span<float> y = batch.Activation(i + 1, example);
            _layers[i].Forward(batch.Activation(i, example), y);
            if (i < _layers.Length - 1)
                TensorPrimitives.Max(y, 0f, y);
        }
    }

    private void Backward(Batch batch, int example)
    {
        batch.Activation(_layers.Length, example).CopyTo(batch.Slope(_layers.Length - 1, example));
        for (int i = _layers.Length - 1; i > 0; i--)
        {
            Span<float> slope = batch.Slope(i - 1, example);
            ReadOnlySpan<float> activation = batch.Activation(i, example);
            _layers[i].Backward(batch.Slope(i, example), slope);
            for (int j = 0; j < slope.Length; j++)
                slope[j] = activation[j] > 0 ? slope[j] : 0;
        }

        _layers[0].Backward(batch.Slope(0, example), batch.InputSlope(example));
    }

    private void EmbeddingGradient(int[] contexts, float[] slopes)
    {
        Array.Clear(_embedding.Gradient);
        for (int i = 0; i < contexts.Length; i++)
        {
            Span<float> row = _embedding.Gradient.AsSpan(contexts[i] * Embedding, Embedding);
            TensorPrimitives.Add(row, slopes.AsSpan(i * Embedding, Embedding), row);
        }
    }

    /// <summary>The loss of one example; the scores become its gradient in them.</summary>
    private static double SoftmaxSlope(Span<float> scores, int target, float weight)
    {
        TensorPrimitives.SoftMax(scores, scores);
        double loss = -Math.Log(Math.Max(scores[target], float.Epsilon));
        scores[target] -= 1;
        TensorPrimitives.Multiply(scores, weight, scores);
        return loss;
    }
}
