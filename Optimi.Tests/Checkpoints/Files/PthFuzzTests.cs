namespace Optimi.Tests;

/// <summary>Damaged files: each is read or refused, and nothing else happens.</summary>
internal sealed class PthFuzzTests
{
    private const int Mutations = 3000;

    [Test]
    public void A_file_that_was_cut_short_is_refused()
    {
        byte[] file = Sample();
        Assert.That(IsRead(file));
        for (int length = 4; length < file.Length; length++)
            Assert.That(() => PthWriter.Open(file[..length]), Throws.TypeOf<CheckpointFormatException>(), $"{length} bytes");
    }

    [Test]
    public void A_pickle_that_was_cut_short_is_refused()
    {
        byte[] pickle = PickleWriter.Pickle(Root());
        for (int length = 0; length < pickle.Length; length++)
        {
            byte[] file = PthWriter.FileOf(pickle[..length], new byte[24]);
            Assert.That(() => PthWriter.Open(file), Throws.TypeOf<CheckpointFormatException>(), $"{length} bytes");
        }
    }

    [Test]
    public void Garbage_is_read_or_refused_but_never_crashes()
    {
        byte[] file = Sample();
        var random = new Random(1);
        int read = 0;
        for (int i = 0; i < Mutations; i++)
        {
            byte[] bad = [.. file];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
                bad[random.Next(4, bad.Length)] = NextByte(random);
            read += IsRead(bad) ? 1 : 0;
        }

        Assert.That(read, Is.InRange(1, Mutations - 1));
    }

    [Test]
    public void Garbage_in_the_pickle_is_read_or_refused_but_never_crashes()
    {
        byte[] pickle = PickleWriter.Pickle(Root());
        var random = new Random(2);
        int read = 0;
        for (int i = 0; i < Mutations; i++)
        {
            List<byte> bad = [.. pickle];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
                Change(bad, random);
            read += IsRead(PthWriter.FileOf([.. bad], new byte[24])) ? 1 : 0;
        }

        Assert.That(read, Is.InRange(1, Mutations - 1));
    }

    private static void Change(List<byte> pickle, Random random)
    {
        int at = random.Next(pickle.Count);
        switch (random.Next(4))
        {
            case 0:
                pickle.Insert(at, NextByte(random));
                break;
            case 1:
                pickle.RemoveAt(at);
                break;
            case 2:
                int length = Math.Min(random.Next(40), pickle.Count - at);
                pickle.InsertRange(random.Next(pickle.Count), pickle.GetRange(at, length));
                break;
            default:
                pickle[at] = NextByte(random);
                break;
        }
    }

    /// <summary>Any byte, but often one that means something.</summary>
    private static byte NextByte(Random random)
    {
        PickleOpcode[] opcodes = Enum.GetValues<PickleOpcode>();
        return random.Next(3) switch
        {
            0 => (byte)opcodes[random.Next(opcodes.Length)],
            1 => (byte)(random.Next(2) * 255),
            _ => (byte)random.Next(256),
        };
    }

    private static bool IsRead(byte[] bytes)
    {
        try
        {
            using TensorFile file = PthWriter.Open(bytes);
            foreach (StoredTensor tensor in file.Tensors)
                tensor.ToArray();
            return true;
        }
        catch (CheckpointFormatException)
        {
            return false;
        }
    }

    private static byte[] Sample() => PthWriter.File(Root(), new byte[24]);

    private static Dictionary<object, object?> Root() => new()
    {
        ["w"] = PthTensor.Dense("Float", "0", 2, 3),
        [7] = new object?[] { 1, 2.5 },
        ["list"] = new List<object?> { true, null, "text", -70000, 1L << 40, new List<object?> { 300, 2 } },
        ["half"] = PthTensor.Dense("Half", "0", 5) with { Offset = 2, Length = 12 },
    };
}
