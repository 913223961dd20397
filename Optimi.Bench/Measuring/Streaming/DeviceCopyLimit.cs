using System.Diagnostics;
using ILGPU;
using ILGPU.Runtime;

namespace Optimi.Bench;

/// <summary>The limit of a device with memory of its own: the rate at which it copies from one large buffer to another.</summary>
internal sealed class DeviceCopyLimit : IMemoryLimit
{
    /// <summary>Copies of a quarter of it are 2 % slower on an H200.</summary>
    private const long MaxBytes = 1 << 30;

    /// <summary>Both buffers together take no more than this part of the memory.</summary>
    private const int MemoryShare = 8;

    private const int Copies = 10;

    private readonly ComputeDevice _device;
    private readonly MemoryBuffer1D<byte, Stride1D.Dense> _source;
    private readonly MemoryBuffer1D<byte, Stride1D.Dense> _target;
    private readonly List<double> _rates = [];

    public DeviceCopyLimit(ComputeDevice device)
    {
        _device = device;
        long bytes = Math.Min(MaxBytes, device.MemoryBytes / MemoryShare / 2);
        _source = device.Accelerator.Allocate1D<byte>(bytes);
        _target = device.Accelerator.Allocate1D<byte>(bytes);
        Copy(1);
    }

    /// <inheritdoc/>
    public IReadOnlyList<double> Rates => _rates;

    /// <inheritdoc/>
    public IReadOnlyList<double> CopyRates => _rates;

    /// <inheritdoc/>
    public void Measure()
    {
        long start = Stopwatch.GetTimestamp();
        Copy(Copies);
        _rates.Add(2.0 * Copies * _source.LengthInBytes / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        _target.Dispose();
    }

    private void Copy(int times)
    {
        for (int i = 0; i < times; i++)
            _target.View.CopyFrom(_device.Stream, _source.View);
        _device.Synchronize();
    }
}
