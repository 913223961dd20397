using System.Runtime.InteropServices;

namespace Optimi.Tests;

internal sealed class StoredTensorTests
{
    private static IEnumerable<TestCaseData> Types =>
    [
        Row<double>("F64", [1.5, double.NaN, double.NegativeInfinity, -0.0, double.Epsilon], number => number),
        Row<float>("F32", [1.5f, float.NaN, float.PositiveInfinity, -0f, float.Epsilon, float.MaxValue], number => number),
        Row("F16", [(Half)1.5, Half.NaN, Half.NegativeInfinity, Half.NegativeZero, Half.Epsilon, Half.MaxValue], number => (double)number),
        Row<ushort>("BF16", [0x3FC0, 0xFF80, 0x8000, 0x0001, 0x7F7F], number => BitConverter.UInt32BitsToSingle((uint)number << 16)),
        Row<long>("I64", [0, -1, 1L << 53, long.MinValue, long.MaxValue], number => number),
        Row<int>("I32", [0, -1, int.MinValue, int.MaxValue], number => number),
        Row<short>("I16", [0, -1, short.MinValue, short.MaxValue], number => number),
        Row<sbyte>("I8", [0, -1, sbyte.MinValue, sbyte.MaxValue], number => number),
        Row<byte>("U8", [0, 1, byte.MaxValue], number => number),
        Row<byte>("BOOL", [0, 1], number => number),
    ];

    [TestCaseSource(nameof(Types))]
    public void Numbers_of_every_type_are_widened(string type, byte[] bytes, double[] expected)
    {
        // Not at the file's start, and not aligned.
        using TensorFile file = RawSafetensors.Open(
            new PlainSafetensors().Add("a", "U8", [3], 9, 9, 9).Add("b", type, [expected.Length], bytes).Add("c", "U8", [1], 9).Write());
        StoredTensor tensor = file.Tensors[1];
        Assert.Multiple(() =>
        {
            Assert.That(tensor.ToArray().Select(BitConverter.DoubleToInt64Bits), Is.EqualTo(expected.Select(BitConverter.DoubleToInt64Bits)));
            Assert.That(tensor.Length, Is.EqualTo(expected.Length));
            Assert.That(tensor.Bytes, Is.EqualTo(bytes.Length));
            Assert.That(tensor.Type, Is.EqualTo(type));
        });
    }

    [TestCase("F32", DType.Float32)]
    [TestCase("F16", DType.Float16)]
    [TestCase("BF16", DType.BFloat16)]
    [TestCase("F64", null)]
    [TestCase("I64", null)]
    public void Storage_types_are_those_of_parameters(string type, DType? expected)
    {
        using TensorFile file = RawSafetensors.Open(new PlainSafetensors().Add("a", type, [0]).Write());
        Assert.That(file.Tensors[0].DType, Is.EqualTo(expected));
    }

    [TestCase("U64", 8)]
    [TestCase("C64", 8)]
    [TestCase("F8_E4M3", 1)]
    [TestCase("F8_E5M2", 1)]
    [TestCase("F8_E8M0", 1)]
    public void Numbers_of_other_types_are_refused_but_their_bytes_can_be_read(string type, int size)
    {
        using TensorFile file = RawSafetensors.Open(new PlainSafetensors().Add("a", type, [1], new byte[size]).Write());
        Assert.Multiple(() =>
        {
            Assert.That(() => file.Tensors[0].ToArray(), Throws.TypeOf<CheckpointFormatException>().With.Message.Contains($"is of type {type}"));
            Assert.That(() => file.Tensors[0].Read(0, new byte[size]), Throws.Nothing);
        });
    }

    [TestCase(0, 8, true)]
    [TestCase(3, 2, true)]
    [TestCase(8, 0, true)]
    [TestCase(0, 9, false)]
    [TestCase(7, 2, false)]
    [TestCase(9, 0, false)]
    [TestCase(-1, 1, false)]
    [TestCase(-1, 0, false)]
    [TestCase(long.MaxValue, 1, false)]
    [TestCase(long.MinValue, 1, false)]
    public void Only_its_own_bytes_can_be_read(long offset, int count, bool isInside)
    {
        using TensorFile file = RawSafetensors.Open(
            new PlainSafetensors().Add("a", "U8", [1], 9).Add("b", "F32", [2], 0, 1, 2, 3, 4, 5, 6, 7).Add("c", "U8", [9], new byte[9])
                .Write());
        byte[] read = new byte[count];
        if (isInside)
        {
            file.Tensors[1].Read(offset, read);
            Assert.That(read, Is.EqualTo(Enumerable.Range((int)offset, count)));
        }
        else
        {
            Assert.That(() => file.Tensors[1].Read(offset, read), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
    }

    [Test]
    public void Several_threads_may_read_from_one_stream()
    {
        const int Count = 16;
        var plain = new PlainSafetensors();
        for (int i = 0; i < Count; i++)
            plain.Add($"{i}", "U8", [1000], [.. Enumerable.Repeat((byte)i, 1000)]);
        using TensorFile file = RawSafetensors.Open(plain.Write());
        Parallel.For(0, 50 * Count, i => Assert.That(file.Tensors[i % Count].ToArray(), Is.All.EqualTo(i % Count)));
    }

    private static TestCaseData Row<T>(string type, T[] numbers, Func<T, double> widen)
        where T : unmanaged =>
        new TestCaseData(type, MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray(), Array.ConvertAll(numbers, number => widen(number)))
            .SetArgDisplayNames(type);
}
