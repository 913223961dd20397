using ILGPU;
using ILGPU.Algorithms;
using Optimi.Kernels;

namespace Optimi.Bench;

/// <summary>
/// What the model computes beside matrix products. All is float32. Each work-item writes numbers that no other writes, so no sum depends
/// on who comes first.
/// </summary>
public static class ModelKernels
{
    /// <summary>The model's input: one after the other the embeddings of an example's symbols.</summary>
    public static void Embed(Index1D i, ArrayView<float> embedding, ArrayView<int> contexts, ArrayView<float> input, int width) =>
        input[i] = embedding[(contexts[i / width] * width) + (i % width)];

    /// <summary>Adds the bias. What falls below the least becomes that: 0 for ReLU, negative infinity for nothing; NaN stays NaN.</summary>
    public static void AddBias(Index1D i, ArrayView<float> y, ArrayView<float> bias, int outputs, float least)
    {
        float sum = y[i] + bias[i % outputs];
        y[i] = sum < least ? least : sum;
    }

    /// <summary>The loss of an example, and the scaled mean loss's gradient in its scores.</summary>
    public static void SoftmaxSlope(
        Index1D example,
        ArrayView<float> scores,
        ArrayView<int> targets,
        ArrayView<float> slopes,
        ArrayView<float> losses,
        int symbols,
        float lossScale)
    {
        int first = example * symbols;
        float most = scores[first];
        for (int j = 1; j < symbols; j++)
            most = scores[first + j] > most ? scores[first + j] : most;
        float sum = 0;
        for (int j = 0; j < symbols; j++)
            sum += XMath.Exp(scores[first + j] - most);
        int target = targets[example];
        for (int j = 0; j < symbols; j++)
        {
            float probability = XMath.Exp(scores[first + j] - most) / sum;
            slopes[first + j] = (j == target ? probability - 1 : probability) / targets.IntLength * lossScale;
        }

        losses[example] = XMath.Log(sum) - (scores[first + target] - most);
    }

    /// <summary>The slope before ReLU from that behind it.</summary>
    public static void ReluSlope(Index1D i, ArrayView<float> activation, ArrayView<float> slope) =>
        slope[i] = activation[i] > 0 ? slope[i] : 0;

    /// <summary>The gradient of an output's bias: the sum of its slopes, in the order of the examples.</summary>
    public static void BiasGradient(Index1D output, ArrayView<float> slopes, ArrayView<float> gradient)
    {
        float sum = 0;
        for (int i = output; i < slopes.IntLength; i += gradient.IntLength)
            sum += slopes[i];
        gradient[output] = sum;
    }

    /// <summary>The gradient of one number of a symbol's embedding: the sum of its slopes wherever the symbol stands, in that order.</summary>
    public static void EmbeddingGradient(
        Index1D i, ArrayView<float> slopes, ArrayView<int> contexts, ArrayView<float> gradient, int width)
    {
        float sum = 0;
        for (int at = 0; at < contexts.IntLength; at++)
        {
            if (contexts[at] == i / width)
                sum += slopes[(at * width) + (i % width)];
        }

        gradient[i] = sum;
    }

    /// <summary>Copies bfloat16 numbers to float32.</summary>
    public static void WidenBFloat16(Index1D i, ArrayView<BFloat16> source, ArrayView<float> target) =>
        target[i] = Interop.IntAsFloat((uint)source[i].Bits << 16);

    /// <summary>Rounds float32 numbers to the nearest in bfloat16.</summary>
    public static void RoundToBFloat16(Index1D i, ArrayView<float> source, ArrayView<BFloat16> target) =>
        target[i] = new BFloat16((ushort)(Exact.RoundToBFloat16(Exact.PlainNaN(source[i])) >> 16));

    /// <summary>Copies float16 numbers, given by their bits since not every device has the type, to float32.</summary>
    public static void WidenFloat16(Index1D i, ArrayView<ushort> source, ArrayView<float> target) =>
        target[i] = Exact.WidenFloat16(source[i]);

    /// <summary>Rounds float32 numbers to the bits of the nearest in float16.</summary>
    public static void RoundToFloat16(Index1D i, ArrayView<float> source, ArrayView<ushort> target) =>
        target[i] = (ushort)Exact.PackFloat16(source[i], 0);
}
