using Optimi.Kernels;
using Snippets;

namespace Optimi.Tests;

/// <summary>Kernels that one device has compiled are found by the next, as a later process would.</summary>
[NonParallelizable]
internal sealed class KernelCacheTests
{
    private string _folder = null!;

    private string[] Files => Directory.GetFiles(_folder, "*", SearchOption.AllDirectories);

    [SetUp]
    public void UseFolder() => KernelCache.Directory = _folder = Directory.CreateTempSubdirectory("optimi").FullName;

    [TearDown]
    public void RemoveFolder()
    {
        KernelCache.Directory = null;
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void Kernels_are_kept_and_found_and_give_the_same_bits()
    {
        uint[] compiled = Train();
        string[] files = Files;
        Assert.That(files, Is.Not.Empty);
        foreach (string file in files)
            File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
        Assert.That(Train(), Is.EqualTo(compiled));
        Assert.That(Files, Is.EqualTo(files));
        Assert.That(files.Select(File.GetLastWriteTimeUtc), Is.All.EqualTo(DateTime.UnixEpoch), "nothing was compiled again");
    }

    [Test]
    public void Damaged_files_are_compiled_again()
    {
        uint[] compiled = Train();
        byte[][] whole = [.. Files.Select(File.ReadAllBytes)];
        foreach (string file in Files)
        {
            byte[] bytes = File.ReadAllBytes(file);
            bytes[^1] ^= 1;
            File.WriteAllBytes(file, bytes);
        }

        Assert.That(Train(), Is.EqualTo(compiled));
        Assert.That(Files.Select(File.ReadAllBytes), Is.EqualTo(whole));
    }

    [Test]
    public void A_rule_of_the_users_is_compiled_in_each_process()
    {
        using ComputeDevice device = Open();
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.Float32, 3).Gradient.Fill(1);
        using var optimizer = new Optimizer<SignMomentumRule<ScalarLane>>(parameters, new SignMomentumOptions { Lr = 1 });
        optimizer.Step();
        Assert.That(Files, Is.Empty);
    }

    [Test]
    public void Nothing_is_kept_when_the_cache_is_off()
    {
        KernelCache.Directory = null;
        Train();
        Assert.That(Files, Is.Empty);
        KernelCache.Directory = _folder;
        Train();
        KernelCache.Clear();
        Assert.That(Files, Is.Empty);
    }

    private static ComputeDevice Open() => TestDevice.All.Single(device => device.Name == "opencl").Open();

    private static uint[] Train()
    {
        using ComputeDevice device = Open();
        return TestTraining.Run(device, DType.Float32, parameters => new StableAdamW(parameters, lr: 1e-2), steps: 2);
    }
}
