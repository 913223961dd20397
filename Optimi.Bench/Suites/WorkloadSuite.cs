using BenchmarkDotNet.Attributes;

namespace Optimi.Bench;

/// <summary>A suite that steps a workload on the host.</summary>
public abstract class WorkloadSuite : IDisposable
{
    private ComputeDevice? _device;
    private Workload? _workload;

    private protected Workload Workload => _workload!;

    /// <summary>Frees the workload.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes a workload and takes a step, so that all is allocated and compiled; Kahan summation is on where it can be.</summary>
    private protected void Create(string optimizer, DType dtype, IReadOnlyList<int[]> shapes)
    {
        BenchOptimizer row = BenchOptimizer.All.First(row => row.Name == optimizer);
        _device = ComputeDevice.Open("cpu");
        _workload = new Workload(_device, new Variant(row, dtype, Kahan: dtype != DType.Float32), shapes, groups: 1);
        _workload.Step(1);
    }

    /// <summary>Frees the workload.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
        _workload?.Dispose();
        _device?.Dispose();
    }
}
