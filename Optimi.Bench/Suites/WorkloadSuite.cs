using BenchmarkDotNet.Attributes;

namespace Optimi.Bench;

/// <summary>A suite that steps a workload on the host.</summary>
public abstract class WorkloadSuite : IDisposable
{
    /// <summary>By names of at most 20 characters, which is all that BenchmarkDotNet's table shows.</summary>
    private static readonly OrderedDictionary<string, StorageMode> _storages = new()
    {
        ["float32"] = new(DType.Float32, Kahan: false),
        ["bfloat16 + Kahan"] = new(DType.BFloat16, Kahan: true),
        ["compressed, 24 bits"] = new(DType.BFloat16, Kahan: false, StatesMode.Compressed, WeightBits: 24),
    };

    private ComputeDevice? _device;
    private Workload? _workload;

    /// <summary>How parameters and states are stored, in words.</summary>
    public static IEnumerable<string> Storages => _storages.Keys;

    private protected Workload Workload => _workload!;

    /// <summary>Frees the workload.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes a workload and takes a step, so that all is allocated and compiled.</summary>
    private protected void Create(string optimizer, string storage, IReadOnlyList<int[]> shapes)
    {
        BenchOptimizer row = BenchOptimizer.All.First(row => row.Name == optimizer);
        _device = ComputeDevice.Open("cpu");
        _workload = new Workload(_device, new Variant(row, _storages[storage]), shapes, groups: 1);
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
