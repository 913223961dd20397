using ILGPU;
using ILGPU.Runtime;

namespace Optimi.Bench;

/// <summary>
/// Parameters and gradients as kernels compute with them: float32. What is stored so is read and written where it lies. What is stored in
/// bfloat16 goes through one piece of scratch, which all share: work on a stream is done in order.
/// </summary>
internal sealed class DeviceWeights : IDisposable
{
    private readonly AcceleratorStream _stream;
    private readonly MemoryBuffer1D<float, Stride1D.Dense>? _scratch;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<BFloat16>, ArrayView<float>>? _widen;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<BFloat16>>? _round;

    public DeviceWeights(ComputeDevice device, IEnumerable<Parameter> parameters)
    {
        _stream = device.Stream;
        long largest = parameters.Where(parameter => parameter.DType == DType.BFloat16).Max(parameter => (long?)parameter.Length) ?? 0;
        if (largest == 0)
            return;
        _scratch = device.Accelerator.Allocate1D<float>(largest);
        _widen = device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<BFloat16>, ArrayView<float>>(ModelKernels.Widen);
        _round = device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<BFloat16>>(ModelKernels.Round);
    }

    /// <summary>A parameter's values, for what is queued before the next call.</summary>
    public ArrayView<float> Values(Parameter parameter)
    {
        if (parameter.DType == DType.Float32)
            return parameter.Value.AsArrayView<float>();
        ArrayView<float> widened = Scratch(parameter);
        _widen!(_stream, widened.IntLength, parameter.Value.AsArrayView<BFloat16>(), widened);
        return widened;
    }

    /// <summary>Writes a parameter's gradient to where gradients go.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="gradients">Where gradients go.</param>
    /// <param name="compute">Queues what computes the gradient into the memory that it is given.</param>
    public void WriteGradient(Parameter parameter, IGradientSink gradients, Action<ArrayView<float>> compute)
    {
        if (parameter.DType == DType.Float32)
        {
            compute(gradients.View<float>(parameter));
            return;
        }

        ArrayView<float> exact = Scratch(parameter);
        compute(exact);
        _round!(_stream, exact.IntLength, exact, gradients.View<BFloat16>(parameter));
    }

    public void Dispose() => _scratch?.Dispose();

    private ArrayView<float> Scratch(Parameter parameter) => _scratch!.View.SubView(0, parameter.Length);
}
