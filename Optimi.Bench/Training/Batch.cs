namespace Optimi.Bench;

/// <summary>What a batch needs between forward and backward: each layer's inputs and the slopes of its outputs.</summary>
internal sealed class Batch
{
    private readonly int[] _widths;

    public Batch(int examples, IReadOnlyList<Dense> layers)
    {
        _widths = [layers[0].Inputs, .. layers.Select(layer => layer.Outputs)];
        Activations = [.. _widths.Select(width => new float[examples * width])];
        Slopes = [.. _widths.Skip(1).Select(width => new float[examples * width])];
        InputSlopes = new float[examples * _widths[0]];
    }

    /// <summary>The model's input, and the output of each layer.</summary>
    public float[][] Activations { get; }

    /// <summary>The loss's gradient in the output of each layer.</summary>
    public float[][] Slopes { get; }

    /// <summary>The loss's gradient in the model's input.</summary>
    public float[] InputSlopes { get; }

    public Span<float> Activation(int layer, int example) => Part(Activations[layer], _widths[layer], example);

    public Span<float> Slope(int layer, int example) => Part(Slopes[layer], _widths[layer + 1], example);

    public Span<float> InputSlope(int example) => Part(InputSlopes, _widths[0], example);

    private static Span<float> Part(float[] all, int width, int example) => all.AsSpan(example * width, width);
}
