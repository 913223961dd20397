using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Optimi.Bench;

namespace Optimi.Tests;

internal sealed class SafetensorsFileTests
{
    private const string OneTensor = """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""";

    [Test]
    public void A_tensor_is_read()
    {
        SafetensorsFile file = Parse(OneTensor, [0, 0, 0x80, 0x3F]);
        Assert.That(file.Tensors["a"][0], Is.EqualTo(1));
    }

    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""", "outside the 4 bytes")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", "outside the 4 bytes")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "outside the 4 bytes")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", "outside the 4 bytes")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "does not take 4 bytes")]
    [TestCase("""{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}""", "does not take 4 bytes")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,4]}}""", "does not take")]
    [TestCase("""{"a":{"dtype":"F32","shape":[99999999999],"data_offsets":[0,4]}}""", "malformed header")]
    [TestCase("""{"a":{"dtype":"Q7","shape":[1],"data_offsets":[0,4]}}""", "unknown type 'Q7'")]
    [TestCase("""{"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}""", "malformed header")]
    [TestCase("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", "has no dtype")]
    [TestCase("""{"a":7}""", "malformed header")]
    [TestCase("""[1]""", "malformed header")]
    [TestCase("""{"a":""", "malformed header")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "two tensors 'a'")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "'b'")]
    [TestCase("""{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}""", "end at 2")]
    [TestCase("""{"a":{"dtype":"BF16","shape":[1],"data_offsets":[2,4]}}""", "'a'")]
    public void A_malformed_header_is_refused_with_its_cause(string header, string cause) =>
        Assert.That(() => Parse(header, new byte[4]), Throws.TypeOf<CaseFileException>().With.Message.Contains(cause));

    [TestCase(0)]
    [TestCase(7)]
    public void A_file_too_short_for_a_header_is_refused(int length) =>
        Assert.That(() => SafetensorsFile.Parse("x", new byte[length]), Throws.TypeOf<CaseFileException>());

    [TestCase(ulong.MaxValue)]
    [TestCase(1000UL)]
    public void A_header_longer_than_the_file_is_refused(ulong length)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        Assert.That(() => SafetensorsFile.Parse("x", bytes), Throws.TypeOf<CaseFileException>());
    }

    [Test]
    public void Garbage_is_read_or_refused_but_never_crashes()
    {
        byte[] good = Bytes(OneTensor, new byte[4]);
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Sample((at, value, length) =>
        {
            byte[] bad = [.. good];
            bad[at] = value;
            try
            {
                SafetensorsFile.Parse("x", bad[..length]);
            }
            catch (CaseFileException)
            {
            }
        });
    }

    [TestCase("{}", "no metadata 'case'")]
    [TestCase("""{"__metadata__":{"case":"{}"}}""", "has no 'name'")]
    [TestCase("""{"__metadata__":{"case":"{"}}""", "malformed description")]
    [TestCase(
        """{"__metadata__":{"case":"{\"name\":\"n\",\"optimizer\":\"sgd\",\"dtype\":\"float32\",\"steps\":1,\"accumulate\":0,\"options\":{},\"schedule\":null}"}}""",
        "no initial parameters")]
    public void A_file_that_is_no_case_is_refused_with_its_cause(string header, string cause) => Assert.That(
        () => GoldenCase.Parse("x", Parse(header, [])), Throws.TypeOf<CaseFileException>().With.Message.Contains(cause));

    private static SafetensorsFile Parse(string header, byte[] data) => SafetensorsFile.Parse("x", Bytes(header, data));

    private static byte[] Bytes(string header, byte[] data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        var length = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)text.Length);
        return [.. length, .. text, .. data];
    }
}
