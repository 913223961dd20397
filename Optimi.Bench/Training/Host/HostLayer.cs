using System.Numerics.Tensors;

namespace Optimi.Bench;

/// <summary>A fully connected layer on the host.</summary>
internal sealed class HostLayer(LayerParameters parameters)
{
    private readonly HostWeights _weight = new(parameters.Weight);
    private readonly HostWeights _bias = new(parameters.Bias);

    public LayerParameters Parameters { get; } = parameters;

    public int Inputs { get; } = parameters.Inputs;

    public int Outputs { get; } = parameters.Outputs;

    public void Pull()
    {
        _weight.Pull();
        _bias.Pull();
    }

    public void Forward(ReadOnlySpan<float> x, Span<float> y)
    {
        for (int j = 0; j < Outputs; j++)
            y[j] = TensorPrimitives.Dot(Row(_weight.Values, j), x) + _bias.Values[j];
    }

    /// <summary>The loss's gradient in x from that in y.</summary>
    public void Backward(ReadOnlySpan<float> dy, Span<float> dx)
    {
        dx.Clear();
        for (int j = 0; j < Outputs; j++)
            TensorPrimitives.MultiplyAdd(Row(_weight.Values, j), dy[j], dx, dx);
    }

    /// <summary>The loss's gradient in the weights and in the bias of one output, over a batch; in the order of the examples.</summary>
    public void Gradient(int output, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, Span<float> weight, Span<float> bias)
    {
        Span<float> row = Row(weight, output);
        row.Clear();
        float sum = 0;
        for (int example = 0; example < dy.Length / Outputs; example++)
        {
            float slope = dy[(example * Outputs) + output];
            TensorPrimitives.MultiplyAdd(x.Slice(example * Inputs, Inputs), slope, row, row);
            sum += slope;
        }

        bias[output] = sum;
    }

    private Span<float> Row(Span<float> matrix, int row) => matrix.Slice(row * Inputs, Inputs);
}
