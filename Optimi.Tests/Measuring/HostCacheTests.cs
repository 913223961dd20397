using Optimi.Bench;

namespace Optimi.Tests;

/// <summary>What the host's cache holds, and how many tensors exceed it.</summary>
internal sealed class HostCacheTests
{
    [TestCase("266240K\n", 266_240L * 1024)]
    [TestCase("32K", 32L * 1024)]
    [TestCase("", null)]
    [TestCase("unknown", null)]
    public void Sizes_are_read_as_Linux_writes_them(string text, long? bytes) => Assert.That(HostCache.Parse(text), Is.EqualTo(bytes));

    [TestCase(0, 100, 1)]
    [TestCase(32, 100, 1)]
    [TestCase(50, 100, 1)]
    [TestCase(51, 100, 2)]
    [TestCase(260, 128, 5)]
    [TestCase(260, 1, 1)]
    public void So_many_copies_of_tensors_are_twice_a_cache(long cache, long tensors, int copies) =>
        Assert.That(WorkloadRing.CopiesBeyond(cache, tensors), Is.EqualTo(copies));
}
