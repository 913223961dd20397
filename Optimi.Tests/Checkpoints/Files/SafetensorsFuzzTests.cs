using System.Diagnostics;

namespace Optimi.Tests;

/// <summary>Damaged files are refused, or are read as the tests' own reader reads them; nothing else happens.</summary>
internal sealed class SafetensorsFuzzTests
{
    private const long MostBytes = 64 << 20;

    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(1);

    private static readonly byte[][] _files = [Large(), Small()];

    [Test]
    public void Damaged_files_are_refused_or_read_right() => Fuzz(firstSeed: 0, count: 3_000);

    [Test]
    [Explicit("It takes ten seconds.")]
    [Category("Long")]
    public void Many_damaged_files_are_refused_or_read_right() => Fuzz(firstSeed: 1_000_000, count: 100_000);

    private static void Fuzz(int firstSeed, int count)
    {
        int read = 0;
        int verified = 0;
        for (int seed = firstSeed; seed < firstSeed + count; seed++)
        {
            var random = new Random(seed);
            byte[] bytes = SafetensorsMutations.Mutate(random, _files[random.Next(_files.Length)]);
            (bool isRead, bool isVerified) = CheckCosts(bytes, seed);
            read += isRead ? 1 : 0;
            verified += isVerified ? 1 : 0;
        }

        // Else the mutations are all too coarse, or too fine.
        Assert.That(read, Is.InRange(count / 20, count * 9 / 10), "files that can be read");
        Assert.That(verified, Is.InRange(count / 1000, count / 5), "files that can be read and pass their checksum, or lost it");
    }

    private static (bool IsRead, bool IsVerified) CheckCosts(byte[] bytes, int seed)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        (bool IsRead, bool IsVerified) result = Check(bytes, seed);
        if (clock.Elapsed > _longest)
        {
            // A busy machine is slow once; a file that is the cause is slow again.
            clock.Restart();
            Check(bytes, seed);
            Assert.That(clock.Elapsed, Is.LessThan(_longest), $"seed {seed}");
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MostBytes), $"seed {seed}");
        return result;
    }

    private static (bool IsRead, bool IsVerified) Check(byte[] bytes, int seed)
    {
        try
        {
            using TensorFile file = RawSafetensors.Open(bytes);
            CheckContents(file, PlainSafetensors.Read(bytes), seed);
            return (true, Verifies(file, bytes, seed));
        }
        catch (CheckpointFormatException error)
        {
            CheckRefusal(error, bytes, seed);
            return (false, false);
        }
        catch (Exception error) when (error is not AssertionException)
        {
            Assert.Fail($"seed {seed}: {error}");
            throw;
        }
    }

    /// <summary>What breaks no rule of the format may be refused for the names in it alone.</summary>
    private static void CheckRefusal(CheckpointFormatException error, byte[] bytes, int seed)
    {
        try
        {
            PlainSafetensors.Read(bytes);
        }
        catch (InvalidDataException)
        {
            return;
        }

        Assert.That(error.Message, Does.Contain("has a control character").Or.Contain("more than 1024 bytes"), $"seed {seed}");
    }

    private static void CheckContents(TensorFile file, PlainSafetensors plain, int seed)
    {
        bool isSame = file.Tensors.Count == plain.Tensors.Count && file.Metadata.Count == plain.Metadata.Count
            && file.Metadata.All(item => plain.Metadata[item.Key] == item.Value);
        foreach (StoredTensor tensor in file.Tensors)
        {
            byte[] bytes = new byte[tensor.Bytes];
            tensor.Read(0, bytes);
            isSame = isSame && plain.Tensors.TryGetValue(tensor.Name, out PlainTensor? expected) && tensor.Type == expected.DType
                && tensor.Shape.SequenceEqual(expected.Shape) && bytes.AsSpan().SequenceEqual(expected.Bytes);
            try
            {
                tensor.ToArray();
            }
            catch (CheckpointFormatException)
            {
                // Of a type without such numbers.
            }
        }

        if (!isSame)
            Assert.Fail($"seed {seed}: read otherwise than by the tests' own reader");
    }

    private static bool Verifies(TensorFile file, byte[] bytes, int seed)
    {
        try
        {
            file.Verify();
        }
        catch (CheckpointFormatException)
        {
            return false;
        }

        if (file.TryGet("__checksum__", out _) && !PlainSafetensors.ChecksumOf(bytes).AsSpan().SequenceEqual(bytes.AsSpan()[^16..]))
            Assert.Fail($"seed {seed}: a wrong checksum passed");
        return true;
    }

    private static byte[] Small() => new PlainSafetensors().Add("w", "F32", [2], 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40).WriteWithChecksum();

    private static byte[] Large()
    {
        var file = new PlainSafetensors();
        var random = new Random(1);
        (string Name, string DType, long[] Shape, int Bytes)[] tensors =
        [
            ("layers.0.weight", "F32", [4, 3], 48), ("layers.0.bias", "BF16", [3], 6), ("layers.1.weight", "F16", [2, 2, 2], 16),
            ("none", "F32", [0, 5], 0), ("step", "I64", [], 8), ("mask", "BOOL", [3], 3), ("exact", "F64", [2], 16),
            ("ids", "I32", [1, 1], 4), ("états", "U16", [1], 2), ("bytes", "U8", [7], 7),
        ];
        foreach ((string name, string dtype, long[] shape, int bytes) in tensors)
        {
            byte[] data = new byte[bytes];
            random.NextBytes(data);
            file.Add(name, dtype, shape, data);
        }

        file.Metadata.Add("format", "pt");
        file.Metadata.Add("groups", """[{"lr":1e-3,"names":["layers.0.weight"]}]""");
        return file.WriteWithChecksum();
    }
}
