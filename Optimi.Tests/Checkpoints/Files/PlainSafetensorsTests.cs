using System.Text;

namespace Optimi.Tests;

internal sealed class PlainSafetensorsTests
{
    [Test]
    public void What_is_written_is_read()
    {
        PlainSafetensors file = new PlainSafetensors()
            .Add("a", "F32", [1, 2], 1, 2, 3, 4, 5, 6, 7, 8).Add("\"ü", "U8", [0]).Add("c", "I64", [], 8, 7, 6, 5, 4, 3, 2, 1);
        file.Metadata.Add("k", "v\n\"");
        PlainSafetensors read = PlainSafetensors.Read(file.Write());
        Assert.Multiple(() =>
        {
            Assert.That(read.Metadata, Is.EqualTo(file.Metadata));
            Assert.That(read.Tensors.Keys, Is.EqualTo((string[])["a", "\"ü", "c"]));
            Assert.That(read.Tensors["a"].Shape, Is.EqualTo((long[])[1, 2]));
            Assert.That(read.Tensors["c"].Shape, Is.Empty);
            Assert.That(read.Tensors["c"].Bytes, Is.EqualTo(file.Tensors["c"].Bytes));
            Assert.That(read.Tensors["\"ü"].Bytes, Is.Empty);
        });
    }

    /// <summary>The example of the format's description, byte by byte.</summary>
    [Test]
    public void A_known_file_is_read()
    {
        byte[] bytes =
        [
            63, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes("""{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}   """),
            .. Enumerable.Range(0, 16).Select(i => (byte)i),
        ];
        Assert.That(PlainSafetensors.Read(bytes).Tensors["test"].Bytes, Is.EqualTo(bytes[^16..]));
    }

    [TestCase("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""")]
    [TestCase("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}""")]
    [TestCase("""{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}""")]
    [TestCase("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"b":1}}""")]
    [TestCase("""{"a":{"dtype":"U8","shape":[4.0],"data_offsets":[0,4]}}""")]
    [TestCase("""{"a":{"dtype":"U8","shape":[-1,-4],"data_offsets":[0,4]}}""")]
    [TestCase("""{"a":{"dtype":"Q7","shape":[4],"data_offsets":[0,4]}}""")]
    [TestCase("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""")]
    [TestCase("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""")]
    [TestCase(""" {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""")]
    public void What_breaks_a_rule_is_refused(string header) =>
        Assert.That(() => PlainSafetensors.Read(RawSafetensors.Bytes(header, 0, 0, 0, 0)), Throws.TypeOf<InvalidDataException>());
}
