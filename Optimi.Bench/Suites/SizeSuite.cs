using System.ComponentModel;
using BenchmarkDotNet.Attributes;

namespace Optimi.Bench;

/// <summary>A step by size: from what a thread does alone, through the caches, to what only memory holds.</summary>
[Description("a step of AdamW by size, from 1 thousand to 64 million numbers")]
public class SizeSuite : WorkloadSuite
{
    [Params(1_000, 16_000, 250_000, 1_000_000, 4_000_000, 16_000_000, 64_000_000)]
    public int Parameters { get; set; }

    [ParamsSource(nameof(Storages))]
    public string Storage { get; set; } = "";

    [GlobalSetup]
    public void Setup() => Create("adamw", Storage, [[Parameters]]);

    [Benchmark]
    public void Step() => Workload.Step(1);
}
