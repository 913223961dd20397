using System.Numerics.Tensors;

namespace Optimi.Bench;

/// <summary>A fully connected layer: y = W x + b, with W of shape [outputs, inputs].</summary>
internal sealed class Dense(Weights weight, Weights bias, int inputs, int outputs)
{
    public int Inputs { get; } = inputs;

    public int Outputs { get; } = outputs;

    public void Forward(ReadOnlySpan<float> x, Span<float> y)
    {
        for (int j = 0; j < Outputs; j++)
            y[j] = TensorPrimitives.Dot(Row(weight.Values, j), x) + bias.Values[j];
    }

    /// <summary>The loss's gradient in x from that in y.</summary>
    public void Backward(ReadOnlySpan<float> dy, Span<float> dx)
    {
        dx.Clear();
        for (int j = 0; j < Outputs; j++)
            TensorPrimitives.MultiplyAdd(Row(weight.Values, j), dy[j], dx, dx);
    }

    /// <summary>The loss's gradient in the weights of one output, over a batch; in the order of the examples.</summary>
    public void Gradient(int output, ReadOnlySpan<float> x, ReadOnlySpan<float> dy)
    {
        Span<float> row = Row(weight.Gradient, output);
        row.Clear();
        float sum = 0;
        for (int example = 0; example < dy.Length / Outputs; example++)
        {
            float slope = dy[(example * Outputs) + output];
            TensorPrimitives.MultiplyAdd(x.Slice(example * Inputs, Inputs), slope, row, row);
            sum += slope;
        }

        bias.Gradient[output] = sum;
    }

    private Span<float> Row(float[] matrix, int row) => matrix.AsSpan(row * Inputs, Inputs);
}
