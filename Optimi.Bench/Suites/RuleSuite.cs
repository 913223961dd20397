using System.ComponentModel;
using BenchmarkDotNet.Attributes;

namespace Optimi.Bench;

/// <summary>Each rule's arithmetic: a step over numbers that stay in the caches of one core, without a second thread.</summary>
[Description("each optimizer's step over 4,096 numbers in the cache")]
public class RuleSuite : WorkloadSuite
{
    public static IEnumerable<string> Optimizers => BenchOptimizer.All.Select(optimizer => optimizer.Name);

    [ParamsSource(nameof(Optimizers))]
    public string Optimizer { get; set; } = "";

    [ParamsSource(nameof(Storages))]
    public string Storage { get; set; } = "";

    [GlobalSetup]
    public void Setup() => Create(Optimizer, Storage, [[4096]]);

    [Benchmark(OperationsPerInvoke = 4096)]
    public void Step() => Workload.Step(1);
}
