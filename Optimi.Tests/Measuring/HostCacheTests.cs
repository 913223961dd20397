using Optimi.Bench;

namespace Optimi.Tests;

/// <summary>What the host's cache holds, and what is said of it.</summary>
internal sealed class HostCacheTests
{
    [TestCase("266240K\n", 266_240L * 1024)]
    [TestCase("32K", 32L * 1024)]
    [TestCase("", null)]
    [TestCase("unknown", null)]
    public void Sizes_are_read_as_Linux_writes_them(string text, long? bytes) => Assert.That(HostCache.Parse(text), Is.EqualTo(bytes));

    [TestCase("cpu", "large", 100 << 20, "--parameters 27000000")]
    [TestCase("cpu", "large", 10 << 20, null)]
    [TestCase("cpu", "large", null, null)]
    [TestCase("cpu", "many-small", 100 << 20, null)]
    [TestCase("cuda:0", "large", 100 << 20, null)]
    public void Tensors_that_a_cache_holds_are_told_from_those_that_memory_limits(
        string device, string scenario, int? cacheBytes, string? remedy)
    {
        var result = new BenchResult(
            scenario, "adamw", DType.BFloat16, false, device, 1, 1, 1, 1, 0, BytesPerParameter: 8, 0, 1, null, Parameters: 16_000_000);
        string? note = BenchTable.CacheNote([result], cacheBytes);
        Assert.That(note, remedy is null ? Is.Null : Does.Contain(remedy));
    }
}
