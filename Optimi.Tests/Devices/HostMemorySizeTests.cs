namespace Optimi.Tests;

/// <summary>What Linux says of its memory.</summary>
internal sealed class HostMemorySizeTests
{
    private string _root = null!;

    [SetUp]
    public void MakeRoot() => _root = Directory.CreateTempSubdirectory("optimi").FullName;

    [TearDown]
    public void RemoveRoot() => Directory.Delete(_root, recursive: true);

    [Test]
    public void A_machine_has_what_it_has()
    {
        Write("proc/meminfo", "MemTotal:       2048 kB\nMemFree:        1024 kB\n");
        Assert.That(HostMemorySize.OfLinux(_root), Is.EqualTo(2048 * 1024));
    }

    [TestCase("0::/a/b", "sys/fs/cgroup/a/memory.max", "1000000", 1_000_000)]
    [TestCase("0::/a/b", "sys/fs/cgroup/a/b/memory.max", "max", 2048 * 1024)]
    [TestCase("5:cpu:/a\n4:cpu,memory:/a/b", "sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "1000000", 1_000_000)]
    [TestCase("4:memory:/", "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712", 2048 * 1024)]
    [TestCase("5:cpu:/a", "sys/fs/cgroup/memory/a/memory.limit_in_bytes", "1000000", 2048 * 1024)]
    public void A_container_has_what_it_may_have(string groups, string file, string limit, long expected)
    {
        Write("proc/meminfo", "MemTotal:       2048 kB\n");
        Write("proc/self/cgroup", groups + "\n");
        Write(file, limit + "\n");
        Assert.That(HostMemorySize.OfLinux(_root), Is.EqualTo(expected));
    }

    [Test]
    public void Of_what_is_no_Linux_nothing_is_known() => Assert.That(HostMemorySize.OfLinux(_root), Is.Null);

    [Test]
    public void The_host_has_memory() => Assert.That(HostMemorySize.Bytes, Is.GreaterThan(1L << 28));

    private void Write(string path, string text)
    {
        string full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
