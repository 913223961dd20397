using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;

namespace Optimi.Tests;

internal sealed class SafetensorsFileTests
{
    private static PlainSafetensors Plain
    {
        get
        {
            PlainSafetensors file = new PlainSafetensors()
                .Add("weight", "F32", [2, 1], 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40)
                .Add("none", "F16", [0, 7])
                .Add("step", "I64", [], 5, 0, 0, 0, 0, 0, 0, 0);
            file.Metadata.Add("format", "pt");
            return file;
        }
    }

    private string _folder = null!;

    [OneTimeSetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("optimi").FullName;

    [OneTimeTearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Tensors_and_metadata_are_read()
    {
        using TensorFile file = RawSafetensors.Open(Plain.Write());
        Assert.Multiple(() =>
        {
            Assert.That(
                file.Tensors.Select(tensor => $"{tensor}"), Is.EqualTo((string[])["weight F32 [2, 1]", "none F16 [0, 7]", "step I64 []"]));
            Assert.That(file.Metadata, Is.EqualTo(new Dictionary<string, string> { ["format"] = "pt" }));
            Assert.That(file.TryGet("weight", out StoredTensor? weight), Is.True);
            Assert.That(weight!.ToArray(), Is.EqualTo((double[])[1, 2]));
            Assert.That(file.TryGet("Weight", out _), Is.False);
        });
    }

    [TestCase("{}")]
    [TestCase("""{"__metadata__":{}}""")]
    [TestCase("{}       ")]
    public void A_file_without_tensors_is_read(string header)
    {
        using TensorFile file = RawSafetensors.Open(header);
        Assert.That(file.Tensors, Is.Empty);
    }

    [Test]
    public void Tensors_are_in_the_order_of_their_bytes()
    {
        const string Header =
            """
            {"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"c":{"dtype":"U8","shape":[0],"data_offsets":[1,1]},
            "a":{"data_offsets":[0,1],"shape":[],"dtype":"U8"}}
            """;
        using TensorFile file = RawSafetensors.Open(Header, 1, 2);
        Assert.That(file.Tensors.Select(tensor => tensor.Name), Is.EqualTo((string[])["a", "c", "b"]));
    }

    [Test]
    public void A_file_cut_short_anywhere_is_refused()
    {
        byte[] whole = Plain.WriteWithChecksum();
        Assert.Multiple(() =>
        {
            for (int length = 0; length < whole.Length; length++)
            {
                byte[] cut = whole[..length];
                Assert.That(
                    () => RawSafetensors.Open(cut),
                    Throws.TypeOf<CheckpointFormatException>().With.Message.StartsWith("The stream "),
                    $"{length}");
            }
        });
    }

    [Test]
    public void A_wrong_length_of_the_header_is_refused()
    {
        byte[] bytes = Plain.WriteWithChecksum();
        long right = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        long[] wrong =
        [
            0, 1, right - 1, right + 1, bytes.Length - 8, bytes.Length - 7, bytes.Length, right | (1L << 32), int.MaxValue, long.MaxValue,
            long.MinValue, -1, -8,
        ];
        Assert.Multiple(() =>
        {
            foreach (long length in wrong)
            {
                BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
                Assert.That(() => RawSafetensors.Open(bytes), Throws.TypeOf<CheckpointFormatException>(), $"{length}");
            }
        });
    }

    [TestCase(100_000_000, "malformed header")]
    [TestCase(100_000_001, "more than the 100000000")]
    [TestCase(1_000_000_000_000, "more than the 100000000")]
    public void A_huge_header_is_refused_at_once(long length, string cause)
    {
        string path = Path.Combine(_folder, $"{length}.safetensors");
        using (FileStream stream = File.Create(path))
        {
            stream.Write([.. BitConverter.GetBytes(length), (byte)'{']);
            stream.SetLength(length + 100);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        Assert.That(
            () => TensorFile.Open(path),
            Throws.TypeOf<CheckpointFormatException>().With.Message.Contains(cause).And.Message.Contains(path));
        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(10)));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(length > 100_000_000 ? 1_000_000 : 101_000_000));
        File.Delete(path);
    }

    [Test]
    public void A_stream_that_cannot_seek_or_be_read_is_refused_with_a_remedy()
    {
        using var zipped = new DeflateStream(new MemoryStream(), CompressionMode.Decompress);
        using var writeOnly = new FileStream(Path.Combine(_folder, "only"), FileMode.Create, FileAccess.Write);
        var closed = new MemoryStream();
        closed.Dispose();
        Assert.Multiple(() =>
        {
            foreach (Stream stream in (Stream[])[zipped, writeOnly, closed])
                Assert.That(() => TensorFile.Open(stream), Throws.TypeOf<CheckpointException>().With.Message.Contains("MemoryStream"));
            Assert.That(() => TensorFile.Open((Stream)null!), Throws.ArgumentNullException);
        });
    }

    [Test]
    public void A_pipe_is_refused_as_a_stream_is()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Ignore("Only Linux has pipes among its files.");
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.In);
        string path = $"/proc/self/fd/{pipe.SafePipeHandle.DangerousGetHandle()}";
        Assert.That(() => TensorFile.Open(path), Throws.TypeOf<CheckpointException>().With.Message.Contains(path));
    }

    [Test]
    public void A_stream_is_read_from_its_position_and_stays_open()
    {
        byte[] bytes = Plain.Write();
        var stream = new MemoryStream([9, 9, 9, .. bytes]) { Position = 3 };
        using (TensorFile file = TensorFile.Open(stream))
            Assert.That(file.Tensors[0].ToArray(), Is.EqualTo((double[])[1, 2]));
        Assert.That(stream.CanRead, Is.True);
        stream.Position = 1000;
        Assert.That(() => TensorFile.Open(stream), Throws.TypeOf<CheckpointFormatException>().With.Message.Contains("has 0 bytes"));
    }

    [Test]
    public void A_stream_that_gives_single_bytes_is_read()
    {
        using var stream = new TrickleStream(Plain.WriteWithChecksum());
        using TensorFile file = TensorFile.Open(stream);
        file.Verify();
        Assert.That(file.Tensors[2].ToArray(), Is.EqualTo((double[])[5]));
    }

    [Test]
    public void A_file_is_read_and_can_be_removed_after()
    {
        string path = Path.Combine(_folder, "file.safetensors");
        File.WriteAllBytes(path, Plain.WriteWithChecksum());
        using (TensorFile file = TensorFile.Open(path))
        {
            file.Verify();
            Assert.That(file.Tensors[0].ToArray(), Is.EqualTo((double[])[1, 2]));
        }

        File.Delete(path);
        Assert.Multiple(() =>
        {
            Assert.That(() => TensorFile.Open(path), Throws.InstanceOf<IOException>());
            Assert.That(() => TensorFile.Open(_folder), Throws.TypeOf<UnauthorizedAccessException>());
        });
    }

    [Test]
    public void A_file_that_is_cut_short_while_it_is_open_is_refused()
    {
        using var stream = new MemoryStream();
        stream.Write(Plain.WriteWithChecksum());
        stream.Position = 0;
        using TensorFile file = TensorFile.Open(stream);
        stream.SetLength(stream.Length - 30);
        Assert.Multiple(() =>
        {
            Assert.That(() => file.Verify(), Throws.TypeOf<CheckpointFormatException>().With.Message.Contains("cut short"));
            Assert.That(() => file.Tensors[2].ToArray(), Throws.TypeOf<CheckpointFormatException>().With.Message.Contains("cut short"));
        });
    }

    private sealed class TrickleStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1));
    }
}
