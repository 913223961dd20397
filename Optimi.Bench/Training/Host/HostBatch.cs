namespace Optimi.Bench;

/// <summary>What a batch needs between forward and backward: each layer's inputs, and the loss's gradient in them.</summary>
internal sealed class HostBatch
{
    private readonly int[] _widths;

    public HostBatch(int examples, IReadOnlyList<HostLayer> layers)
    {
        _widths = [layers[0].Inputs, .. layers.Select(layer => layer.Outputs)];
        Activations = [.. _widths.Select(width => new float[examples * width])];
        Slopes = [.. _widths.Select(width => new float[examples * width])];
    }

    /// <summary>The model's input, and the output of each layer.</summary>
    public float[][] Activations { get; }

    /// <summary>The loss's gradient in each of them.</summary>
    public float[][] Slopes { get; }

    /// <summary>What a layer reads of an example.</summary>
    public Span<float> Activation(int layer, int example) => Part(Activations[layer], _widths[layer], example);

    /// <summary>The loss's gradient in what a layer reads of an example.</summary>
    public Span<float> Slope(int layer, int example) => Part(Slopes[layer], _widths[layer], example);

    private static Span<float> Part(float[] all, int width, int example) => all.AsSpan(example * width, width);
}
