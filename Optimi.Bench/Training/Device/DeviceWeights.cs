using ILGPU;
using ILGPU.Runtime;
using Half = System.Half;

namespace Optimi.Bench;

/// <summary>
/// Parameters and gradients as kernels compute with them: float32. What is stored so is read and written where it lies. What is stored in
/// bfloat16 or float16 goes through one piece of scratch, which all share: work on a stream is done in order.
/// </summary>
internal sealed class DeviceWeights : IDisposable
{
    private readonly AcceleratorStream _stream;
    private readonly MemoryBuffer1D<float, Stride1D.Dense>? _scratch;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<BFloat16>, ArrayView<float>>? _widenBFloat16;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<BFloat16>>? _roundToBFloat16;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<ushort>, ArrayView<float>>? _widenFloat16;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<ushort>>? _roundToFloat16;

    public DeviceWeights(ComputeDevice device, IEnumerable<Parameter> parameters)
    {
        _stream = device.Stream;
        Accelerator accelerator = device.Accelerator;
        Parameter[] narrow = [.. parameters.Where(parameter => parameter.DType != DType.Float32)];
        if (narrow.Length > 0)
            _scratch = accelerator.Allocate1D<float>(narrow.Max(parameter => parameter.Length));
        // Only what is needed is compiled.
        if (narrow.Any(parameter => parameter.DType == DType.BFloat16))
        {
            _widenBFloat16 = accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<BFloat16>, ArrayView<float>>(ModelKernels.WidenBFloat16);
            _roundToBFloat16 =
                accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<BFloat16>>(ModelKernels.RoundToBFloat16);
        }

        if (narrow.Any(parameter => parameter.DType == DType.Float16))
        {
            _widenFloat16 = accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<ushort>, ArrayView<float>>(ModelKernels.WidenFloat16);
            _roundToFloat16 = accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<ushort>>(ModelKernels.RoundToFloat16);
        }
    }

    /// <summary>A parameter's values, for what is queued before the next call.</summary>
    public ArrayView<float> Values(Parameter parameter)
    {
        if (parameter.DType == DType.Float32)
            return parameter.Value.AsArrayView<float>();
        ArrayView<float> widened = Scratch(parameter);
        if (parameter.DType == DType.BFloat16)
            _widenBFloat16!(_stream, widened.IntLength, parameter.Value.AsArrayView<BFloat16>(), widened);
        else
            _widenFloat16!(_stream, widened.IntLength, parameter.Value.AsArrayView<Half>().Cast<ushort>(), widened);
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
        if (parameter.DType == DType.BFloat16)
            _roundToBFloat16!(_stream, exact.IntLength, exact, gradients.View<BFloat16>(parameter));
        else
            _roundToFloat16!(_stream, exact.IntLength, exact, gradients.View<Half>(parameter).Cast<ushort>());
    }

    public void Dispose() => _scratch?.Dispose();

    private ArrayView<float> Scratch(Parameter parameter) => _scratch!.View.SubView(0, parameter.Length);
}
