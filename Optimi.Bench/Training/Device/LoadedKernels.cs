using ILGPU;
using ILGPU.Runtime;

namespace Optimi.Bench;

/// <summary>The model's kernels, compiled for an accelerator. Each is launched over the numbers that it writes.</summary>
internal sealed class LoadedKernels(Accelerator accelerator)
{
    public Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<int>, ArrayView<float>, int> Embed { get; } =
        accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<int>, ArrayView<float>, int>(ModelKernels.Embed);

    public Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>, int, float> AddBias { get; } =
        accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, int, float>(ModelKernels.AddBias);

    public Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, int, float> SoftmaxSlope
    {
        get;
    } = accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, int, float>(
            ModelKernels.SoftmaxSlope);

    public Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>> ReluSlope { get; } =
        accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>>(ModelKernels.ReluSlope);

    public Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>> BiasGradient { get; } =
        accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>>(ModelKernels.BiasGradient);

    public Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<int>, ArrayView<float>, int> EmbeddingGradient { get; } =
        accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<int>, ArrayView<float>, int>(
            ModelKernels.EmbeddingGradient);
}
