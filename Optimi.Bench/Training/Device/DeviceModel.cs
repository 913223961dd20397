using ILGPU;
using ILGPU.Runtime;

namespace Optimi.Bench;

/// <summary>
/// The model on an ILGPU device: its kernels read the parameters and write the gradients where Optimi keeps them. A batch's symbols are
/// copied in and its losses out, and nothing else leaves the device.
/// </summary>
internal sealed class DeviceModel : ITrainedModel
{
    private const int Width = ModelParameters.EmbeddingWidth;

    private readonly ModelParameters _parameters;
    private readonly AcceleratorStream _stream;
    private readonly LoadedKernels _kernels;
    private readonly IMatrixProduct _product;
    private readonly DeviceWeights _weights;
    private readonly DeviceBatch _batch;

    /// <param name="device">A device that was opened with <see cref="Options"/>.</param>
    /// <param name="parameters">The parameters, on that device.</param>
    /// <param name="examples">How many examples each batch has.</param>
    public DeviceModel(ComputeDevice device, ModelParameters parameters, int examples)
    {
        _parameters = parameters;
        // Optimi steps on this stream too: each sees what the other has queued before, and nobody waits.
        _stream = device.Stream;
        _kernels = new LoadedKernels(device.Accelerator);
        _product = CuBlasProduct.Find(device) ?? (IMatrixProduct)new TiledProduct(device);
        _weights = new DeviceWeights(device, parameters.Embedding.Buffer);
        _batch = new DeviceBatch(device, examples, parameters.Layers);
    }

    /// <summary>What the kernels need of a device: exponentials and logarithms.</summary>
    public static DeviceOptions Options { get; } = new() { ConfigureContext = builder => builder.EnableAlgorithms() };

    private int Last => _parameters.Layers.Count - 1;

    /// <inheritdoc/>
    public double LossAndGradients(int[] contexts, int[] targets, IGradientSink gradients, float lossScale)
    {
        _batch.Upload(contexts, targets);
        Embed();
        for (int i = 0; i <= Last; i++)
            Forward(i);
        Softmax(lossScale);
        for (int i = Last; i >= 0; i--)
            Backward(i, gradients);
        EmbeddingGradient(gradients);
        return _batch.MeanLoss();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch.Dispose();
        _weights.Dispose();
        _product.Dispose();
    }

    private void Embed()
    {
        ArrayView<float> input = _batch.Activations(0).Numbers;
        _kernels.Embed(_stream, input.IntLength, _weights.Values(_parameters.Embedding), _batch.Contexts, input, Width);
    }

    private void Forward(int index)
    {
        LayerParameters layer = _parameters.Layers[index];
        ArrayView<float> y = _batch.Activations(index + 1).Numbers;
        _product.Multiply(_batch.Activations(index), Weight(layer).Transposed, y);
        float least = index < Last ? 0 : float.NegativeInfinity;
        _kernels.AddBias(_stream, y.IntLength, y, _weights.Values(layer.Bias), layer.Outputs, least);
    }

    private void Softmax(float lossScale)
    {
        (ArrayView<float> scores, int examples, int symbols, _) = _batch.Activations(Last + 1);
        _kernels.SoftmaxSlope(
            _stream, examples, scores, _batch.Targets, _batch.Slopes(Last + 1).Numbers, _batch.Losses, symbols, lossScale);
    }

    /// <summary>One layer's slopes, for which its weights are needed as they were in the forward pass, and then its gradients.</summary>
    private void Backward(int index, IGradientSink gradients)
    {
        LayerParameters layer = _parameters.Layers[index];
        DeviceMatrix x = _batch.Activations(index);
        DeviceMatrix dy = _batch.Slopes(index + 1);
        ArrayView<float> dx = _batch.Slopes(index).Numbers;
        _product.Multiply(dy, Weight(layer), dx);
        if (index > 0)
            _kernels.ReluSlope(_stream, dx.IntLength, x.Numbers, dx);

        _weights.WriteGradient(layer.Weight, gradients, gradient => _product.Multiply(dy.Transposed, x, gradient));
        _weights.WriteGradient(
            layer.Bias, gradients, gradient => _kernels.BiasGradient(_stream, gradient.IntLength, dy.Numbers, gradient));
        gradients.Complete(layer.All);
    }

    private void EmbeddingGradient(IGradientSink gradients)
    {
        ArrayView<float> slopes = _batch.Slopes(0).Numbers;
        _weights.WriteGradient(_parameters.Embedding, gradients, gradient =>
            _kernels.EmbeddingGradient(_stream, gradient.IntLength, slopes, _batch.Contexts, gradient, Width));
        gradients.Complete([_parameters.Embedding]);
    }

    private DeviceMatrix Weight(LayerParameters layer) => new(_weights.Values(layer.Weight), layer.Outputs, layer.Inputs);
}
