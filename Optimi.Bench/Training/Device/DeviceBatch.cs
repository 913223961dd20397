using ILGPU;
using ILGPU.Runtime;

namespace Optimi.Bench;

/// <summary>Device memory of a batch: its symbols, each layer's inputs and the loss's gradient in them, and the losses.</summary>
internal sealed class DeviceBatch : IDisposable
{
    private readonly AcceleratorStream _stream;
    private readonly MemoryBuffer1D<int, Stride1D.Dense> _contexts;
    private readonly MemoryBuffer1D<int, Stride1D.Dense> _targets;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _losses;
    private readonly MemoryBuffer1D<float, Stride1D.Dense>[] _activations;
    private readonly MemoryBuffer1D<float, Stride1D.Dense>[] _slopes;
    private readonly float[] _lossesRead;

    public DeviceBatch(ComputeDevice device, int examples, IReadOnlyList<LayerParameters> layers)
    {
        Accelerator accelerator = device.Accelerator;
        _stream = device.Stream;
        _contexts = accelerator.Allocate1D<int>(examples * ModelParameters.Context);
        _targets = accelerator.Allocate1D<int>(examples);
        _losses = accelerator.Allocate1D<float>(examples);
        int[] widths = [layers[0].Inputs, .. layers.Select(layer => layer.Outputs)];
        _activations = [.. widths.Select(width => accelerator.Allocate1D<float>(examples * width))];
        _slopes = [.. widths.Select(width => accelerator.Allocate1D<float>(examples * width))];
        _lossesRead = new float[examples];
    }

    public ArrayView<int> Contexts => _contexts.View;

    public ArrayView<int> Targets => _targets.View;

    public ArrayView<float> Losses => _losses.View;

    /// <summary>What a layer reads, a row for each example; what the last one writes has the number after the last layer's.</summary>
    public DeviceMatrix Activations(int layer) => Rows(_activations[layer]);

    /// <summary>The loss's gradient in that.</summary>
    public DeviceMatrix Slopes(int layer) => Rows(_slopes[layer]);

    public void Upload(int[] contexts, int[] targets)
    {
        _contexts.View.CopyFromCPU(_stream, contexts);
        _targets.View.CopyFromCPU(_stream, targets);
    }

    /// <summary>Waits for all that is queued, and returns the mean loss.</summary>
    public double MeanLoss()
    {
        _losses.View.CopyToCPU(_stream, _lossesRead);
        return _lossesRead.Average(loss => (double)loss);
    }

    public void Dispose()
    {
        foreach (MemoryBuffer buffer in (MemoryBuffer[])[_contexts, _targets, _losses, .. _activations, .. _slopes])
            buffer.Dispose();
    }

    private DeviceMatrix Rows(MemoryBuffer1D<float, Stride1D.Dense> numbers)
    {
        int examples = _targets.View.IntLength;
        return new DeviceMatrix(numbers.View, examples, numbers.View.IntLength / examples);
    }
}
