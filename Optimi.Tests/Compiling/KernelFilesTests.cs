namespace Optimi.Tests;

/// <summary>Files of compiled kernels: found whole or not at all, whatever becomes of them.</summary>
internal sealed class KernelFilesTests
{
    private string _root = null!;

    [SetUp]
    public void MakeFolder() => _root = Directory.CreateTempSubdirectory("optimi").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_root, recursive: true);

    [Test]
    public void A_kernel_is_found_by_its_key_and_build()
    {
        var files = new KernelFiles(_root, "build");
        files.Add("key", "kernel \u00fc");
        Assert.Multiple(() =>
        {
            Assert.That(new KernelFiles(_root, "build").Find("key"), Is.EqualTo("kernel \u00fc"));
            Assert.That(files.Find("other key"), Is.Null);
            Assert.That(new KernelFiles(_root, "other build").Find("key"), Is.Null);
            Assert.That(new KernelFiles(Path.Combine(_root, "nowhere"), "build").Find("key"), Is.Null);
        });
    }

    [Test]
    public void A_file_that_lacks_a_byte_or_has_a_wrong_one_is_not_used_and_is_replaced()
    {
        var files = new KernelFiles(_root, "build");
        files.Add("key", "kernel");
        string path = Directory.GetFiles(_root, "*", SearchOption.AllDirectories).Single();
        byte[] whole = File.ReadAllBytes(path);
        for (int i = 0; i < whole.Length; i++)
        {
            File.WriteAllBytes(path, whole[..i]);
            Assert.That(files.Find("key"), Is.Null, $"{i} bytes");
            byte[] changed = [.. whole];
            changed[i] ^= 0x10;
            File.WriteAllBytes(path, changed);
            Assert.That(files.Find("key"), Is.Null, $"byte {i}");
        }

        files.Add("key", "kernel");
        Assert.That(files.Find("key"), Is.EqualTo("kernel"));
    }

    [Test]
    public void A_file_of_another_key_in_its_place_is_not_used()
    {
        var files = new KernelFiles(_root, "build");
        files.Add("key", "kernel");
        string path = Directory.GetFiles(_root, "*", SearchOption.AllDirectories).Single();
        files.Add("other", "other kernel");
        string other = Directory.GetFiles(_root, "*", SearchOption.AllDirectories).Single(file => file != path);
        File.Copy(other, path, overwrite: true);
        Assert.That(files.Find("key"), Is.Null);
    }

    [Test]
    public void A_folder_that_cannot_be_written_is_done_without()
    {
        string file = Path.Combine(_root, "file");
        File.WriteAllText(file, "no folder");
        var files = new KernelFiles(file, "build");
        Assert.That(() => files.Add("key", "kernel"), Throws.Nothing);
        Assert.That(files.Find("key"), Is.Null);
    }

    [Test]
    public void Many_may_write_and_read_the_same_kernel_at_once()
    {
        string kernel = new('k', 100_000);
        Parallel.For(0, 200, i =>
        {
            var files = new KernelFiles(_root, "build");
            if (i % 2 == 0)
                files.Add("key", kernel);
            else
                Assert.That(files.Find("key"), Is.Null.Or.EqualTo(kernel));
        });
        Assert.That(Directory.GetFiles(_root, "*", SearchOption.AllDirectories), Has.Length.EqualTo(1), "no draft is left");
    }

    [Test]
    public void Folders_of_builds_that_are_gone_make_room_and_others_are_left_alone()
    {
        new KernelFiles(_root, "gone").Add("key", "kernel");
        string gone = Directory.GetDirectories(_root).Single();
        new KernelFiles(_root, "recent").Add("key", "kernel");
        Directory.SetLastWriteTimeUtc(gone, DateTime.UtcNow.AddDays(-31));
        string foreign = Directory.CreateDirectory(Path.Combine(_root, $"{Guid.NewGuid():N}")).FullName;
        Directory.SetLastWriteTimeUtc(foreign, DateTime.UtcNow.AddDays(-31));
        new KernelFiles(_root, "new").Add("key", "kernel");
        Assert.Multiple(() =>
        {
            Assert.That(Directory.Exists(gone), Is.False);
            Assert.That(Directory.Exists(foreign), Is.True);
            Assert.That(new KernelFiles(_root, "recent").Find("key"), Is.EqualTo("kernel"));
        });
        KernelFiles.Clear(_root);
        Assert.That(Directory.GetDirectories(_root), Is.EqualTo((string[])[foreign]));
    }

    [TestCase("off", null)]
    [TestCase("OFF", null)]
    [TestCase("/some/where", "/some/where")]
    public void The_environment_moves_the_cache_or_switches_it_off(string value, string? expected) =>
        Assert.That(KernelCache.FromEnvironment(value), Is.EqualTo(expected is null ? null : Path.GetFullPath(expected)));

    [Test]
    public void Without_a_word_the_cache_is_in_the_users_folder() =>
        Assert.That(KernelCache.FromEnvironment(null), Is.Null.Or.EndsWith(Path.Combine("optimi", "kernels")));
}
