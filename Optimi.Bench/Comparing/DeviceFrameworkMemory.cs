using ILGPU;
using ILGPU.Runtime;
using Half = System.Half;

namespace Optimi.Bench;

/// <summary>Memory of a GPU or an OpenCL device, one ILGPU buffer.</summary>
internal sealed class DeviceFrameworkMemory(ComputeDevice device, long bytes) : FrameworkMemory
{
    private readonly MemoryBuffer1D<byte, Stride1D.Dense> _buffer = device.Accelerator.Allocate1D<byte>(bytes);

    public override TensorView View(DType dtype, long offset, int length)
    {
        ArrayView<byte> numbers = _buffer.View.AsContiguous().SubView(offset, (long)length * TrafficSlot.BytesOf(dtype));
        return dtype switch
        {
            DType.Float32 => numbers.Cast<float>(),
            DType.BFloat16 => numbers.Cast<BFloat16>(),
            _ => numbers.Cast<Half>(),
        };
    }

    public override void Dispose() => _buffer.Dispose();
}
