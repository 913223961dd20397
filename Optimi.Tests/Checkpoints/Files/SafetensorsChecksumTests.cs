namespace Optimi.Tests;

internal sealed class SafetensorsChecksumTests
{
    private static PlainSafetensors Plain => new PlainSafetensors().Add("a", "U8", [5], 1, 2, 3, 4, 5);

    [Test]
    public void A_right_one_passes()
    {
        using TensorFile file = RawSafetensors.Open(Plain.WriteWithChecksum());
        var read = new List<long>();
        file.Verify(read.Add);
        Assert.That(read, Is.EqualTo((long[])[file.Tensors[1].Offset, file.Tensors[1].Offset + 16]));
    }

    [Test]
    public void It_covers_files_of_many_pieces()
    {
        byte[] data = new byte[(20 << 20) + 3];
        new Random(1).NextBytes(data);
        byte[] bytes = new PlainSafetensors().Add("a", "U8", [data.Length], data).WriteWithChecksum();
        using TensorFile file = RawSafetensors.Open(bytes);
        Assert.That(() => file.Verify(), Throws.Nothing);
        bytes[15 << 20] ^= 1;
        Assert.That(() => file.Verify(), Throws.TypeOf<CheckpointFormatException>().With.Message.Contains("is damaged"));
    }

    [Test]
    public void A_file_without_one_passes()
    {
        using TensorFile file = RawSafetensors.Open(Plain.Write());
        Assert.That(() => file.Verify(_ => Assert.Fail("It has nothing to read.")), Throws.Nothing);
    }

    [Test]
    public void Any_changed_bit_is_noticed()
    {
        byte[] right = Plain.WriteWithChecksum();
        Assert.Multiple(() =>
        {
            for (int i = 0; i < 8 * right.Length; i++)
            {
                byte[] wrong = [.. right];
                wrong[i / 8] ^= (byte)(1 << (i % 8));
                Assert.That(
                    () => OpenAndVerify(wrong), Throws.TypeOf<CheckpointFormatException>().Or.Message.EqualTo("none"), $"bit {i}");
            }
        });

        // A bit in the checksum's own name makes it a tensor like any other.
        static void OpenAndVerify(byte[] bytes)
        {
            using TensorFile file = RawSafetensors.Open(bytes);
            file.Verify();
            if (!file.TryGet("__checksum__", out _))
                throw new InvalidOperationException("none");
        }
    }

    [TestCase("another type", "I8", new long[] { 16 }, 16, false)]
    [TestCase("too short", "U8", new long[] { 15 }, 15, false)]
    [TestCase("too long", "U8", new long[] { 17 }, 17, false)]
    [TestCase("empty", "U8", new long[] { 0 }, 0, false)]
    [TestCase("not the last", "U8", new long[] { 16 }, 16, true)]
    public void One_of_another_form_is_refused(string what, string type, long[] shape, int bytes, bool isFollowed)
    {
        PlainSafetensors plain = Plain.Add("__checksum__", type, shape, new byte[bytes]);
        if (isFollowed)
            plain.Add("z", "U8", [1], 0);
        using TensorFile file = RawSafetensors.Open(plain.Write());
        Assert.That(() => file.Verify(), Throws.TypeOf<CheckpointFormatException>().With.Message.Contains("is no checksum"), what);
    }

    [Test]
    public void Verifying_can_be_cancelled()
    {
        using TensorFile file = RawSafetensors.Open(new PlainSafetensors().Add("a", "U8", [3 << 20], new byte[3 << 20]).WriteWithChecksum());
        using var cancellation = new CancellationTokenSource();
        Assert.That(() => file.Verify(_ => cancellation.Cancel(), cancellation.Token), Throws.InstanceOf<OperationCanceledException>());
    }
}
