using System.Text;

namespace Optimi.Tests;

/// <summary>Headers, right and wrong, before four bytes of data.</summary>
internal sealed class SafetensorsHeaderTests
{
    /// <summary>Short names for what many headers have.</summary>
    private static readonly (string Short, string Meant)[] _words =
    [
        ("RIGHT", "\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]"),
        ("LONGEST", new string('n', 1024)),
        ("UMLAUTS", new string('ü', 513)),
        ("MANY MAXIMA", Many("9223372036854775807", 40)),
        ("MANY ONES", Many("1", 1000)),
        ("DEEP", new string('[', 100_000)),
    ];

    private static IEnumerable<TestCaseData> Rows =>
    [
        Row("offsets beyond the data", One("""{"dtype":"F32","shape":[1],"data_offsets":[0,8]}"""), "outside its 4 bytes"),
        Row("offsets at the largest number", One("""{"dtype":"U8","shape":[1],"data_offsets":[0,9223372036854775807]}"""), "outside its 4"),
        Row("offsets beyond 64 bits", One("""{"dtype":"U8","shape":[1],"data_offsets":[0,18446744073709551616]}"""), "whole numbers"),
        Row("negative offset", One("""{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}"""), "whole numbers"),
        Row("minus zero", One("""{"dtype":"F32","shape":[1],"data_offsets":[-0,4]}"""), "whole numbers"),
        Row("offsets backwards", One("""{"dtype":"F32","shape":[1],"data_offsets":[4,0]}"""), "outside its 4 bytes"),
        Row("one offset", One("""{"dtype":"F32","shape":[1],"data_offsets":[0]}"""), "outside its 4 bytes"),
        Row("three offsets", One("""{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}"""), "outside its 4 bytes"),
        Row("offsets as texts", One("""{"dtype":"F32","shape":[1],"data_offsets":["0","4"]}"""), "whole numbers"),
        Row("offsets as an object", One("""{"dtype":"F32","shape":[1],"data_offsets":{"begin":0}}"""), "StartObject where StartArray"),
        Row("offsets in a list more", One("""{"dtype":"F32","shape":[1],"data_offsets":[[0,4]]}"""), "malformed header"),
        Row("overlap", Two("[0,2]", "[1,3]"), "'b' at 1, inside the one before"),
        Row("the same place twice", Two("[0,2]", "[0,2]"), "inside the one before"),
        Row("gap at the start", Two("[1,3]", "[3,5]"), "'a' at 1, after a gap", data: 5),
        Row("gap between", Two("[0,2]", "[3,5]"), "'b' at 3, after a gap", data: 5),
        Row("bytes after the last tensor", One("""{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}"""), "end at 2, but 4 bytes"),
        Row("no tensors but bytes", "{}", "end at 0, but 4 bytes"),
        Row("shape of more", One("""{"dtype":"F32","shape":[2],"data_offsets":[0,4]}"""), "does not take 4 bytes"),
        Row("shape of less", One("""{"dtype":"F32","shape":[0],"data_offsets":[0,4]}"""), "does not take 4 bytes"),
        Row("negative extents", One("""{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}"""), "whole numbers"),
        Row("fraction", One("""{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}"""), "whole numbers"),
        Row("fraction of 0", One("""{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}"""), "whole numbers"),
        Row("exponent", One("""{"dtype":"U8","shape":[1],"data_offsets":[0,1e2]}"""), "whole numbers"),
        Row("leading zero", One("""{"dtype":"U8","shape":[04],"data_offsets":[0,4]}"""), "malformed header"),
        Row("a product beyond 64 bits", One("""{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}"""), "does not take"),
        Row("a product of 2^64 + 4", One("""{"dtype":"U8","shape":[3689348814741910324,5],"data_offsets":[0,4]}"""), "does not take"),
        Row("a product beyond 128 bits", One("""{"dtype":"F32","shape":[MANY MAXIMA],"data_offsets":[0,4]}"""), "does not take"),
        Row("unknown type", One("""{"dtype":"Q7","shape":[1],"data_offsets":[0,4]}"""), "unknown type 'Q7'"),
        Row("type of other letters", One("""{"dtype":"f32","shape":[1],"data_offsets":[0,4]}"""), "unknown type 'f32'"),
        Row("type with control characters", One("""{"dtype":"a\u0000\n","shape":[1],"data_offsets":[0,4]}"""), "unknown type 'a??'"),
        Row("type as a number", One("""{"dtype":7,"shape":[1],"data_offsets":[0,4]}"""), "Number where String"),
        Row("no type", One("""{"shape":[1],"data_offsets":[0,4]}"""), "lacks dtype"),
        Row("no shape", One("""{"dtype":"F32","data_offsets":[0,4]}"""), "lacks dtype, shape"),
        Row("no offsets", One("""{"dtype":"F32","shape":[1]}"""), "data_offsets of tensor 'a'"),
        Row("unknown member", One("""{RIGHT,"strides":[1]}"""), "'strides' in tensor 'a'"),
        Row("the same member twice", One("""{RIGHT,"dtype":"F32"}"""), "'dtype' in tensor 'a'"),
        Row("the same member twice, escaped", One("""{RIGHT,"sh\u0061pe":[1]}"""), "'shape' in tensor 'a'"),
        Row("the same tensor twice", """{"a":{RIGHT},"a":{RIGHT}}""", "'a' twice"),
        Row("the same tensor twice, escaped", """{"a":{RIGHT},"\u0061":{RIGHT}}""", "'a' twice"),
        Row("metadata twice", """{"__metadata__":{},"__metadata__":{}}""", "'__metadata__' twice"),
        Row("the same metadata twice", """{"__metadata__":{"k":"1","k":"2"}}""", "metadata 'k' twice"),
        Row("metadata as a text", """{"__metadata__":"pt"}""", "String where StartObject"),
        Row("metadata as a number", """{"__metadata__":{"k":1}}""", "Number where String"),
        Row("metadata as null", """{"__metadata__":{"k":null}}""", "Null where String"),
        Row("metadata in metadata", """{"__metadata__":{"k":{}}}""", "StartObject where String"),
        Row("name with a null", """{"a\u0000":{RIGHT}}""", "'a?', which has a control character"),
        Row("name with a line break", """{"a\nb":{RIGHT}}""", "'a?b', which has a control character"),
        Row("name with a bare line break", "{\"a\nb\":{RIGHT}}", "malformed header"),
        Row("name of over 1 KiB", """{"LONGESTn":{RIGHT}}""", "nnn...', which takes more than 1024 bytes"),
        Row("name of over 1 KiB in UTF-8", """{"UMLAUTS":{RIGHT}}""", "more than 1024 bytes"),
        Row("member's name of over 1 KiB", One("""{"LONGESTn":1}"""), "more than 1024 bytes"),
        Row("metadata's name with a tab", """{"__metadata__":{"k\t":"v"}}""", "control character"),
        Row("name with half a character", """{"\ud800":{RIGHT}}""", "malformed header"),
        Row("metadata with half a character", """{"__metadata__":{"k":"\udc00\ud800"}}""", "malformed header"),
        Row("type with half a character", One("""{"dtype":"\ud83d","shape":[1],"data_offsets":[0,4]}"""), "malformed header"),
        Row("tensor as a number", One("7"), "Number where StartObject"),
        Row("tensor as null", One("null"), "Null where StartObject"),
        Row("list", "[1]", "header is no object"),
        Row("text", "\"a\"", "header is no object"),
        Row("number", "1", "header is no object"),
        Row("nothing", "", "header is no object"),
        Row("spaces", "    ", "header is no object"),
        Row("space before the object", """ {"a":{RIGHT}}""", "header is no object"),
        Row("byte order mark", "\uFEFF{}", "header is no object"),
        Row("half an object", """{"a":""", "malformed header"),
        Row("an object after the object", "{}{}", "malformed header"),
        Row("text after the object", """{"a":{RIGHT}} x""", "malformed header"),
        Row("null after the object", "{\"a\":{RIGHT}}\0", "malformed header"),
        Row("comment", """{/**/"a":{RIGHT}}""", "malformed header"),
        Row("comma at the end", """{"a":{RIGHT},}""", "malformed header"),
        Row("single quotes", "{'a':1}", "malformed header"),
        Row("not a number", One("""{"dtype":"F32","shape":[NaN],"data_offsets":[0,4]}"""), "malformed header"),
        Row("deep lists", One("DEEP"), "StartArray where StartObject"),
        Row("deep lists in a shape", One("""{"dtype":"F32","shape":DEEP"""), "malformed header"),
        Row("deep objects", string.Concat(Enumerable.Repeat("""{"a":""", 100_000)), "'a' in tensor 'a'"),
    ];

    private static IEnumerable<TestCaseData> RightRows =>
    [
        Row("plain", One("{RIGHT}"), "a F32 [1]"),
        Row("a scalar", One("""{"dtype":"F32","shape":[],"data_offsets":[0,4]}"""), "a F32 []"),
        Row("spaces and line breaks", "{ \"a\" : {\n\tRIGHT } }  ", "a F32 [1]"),
        Row("other order of members", One("""{"data_offsets":[0,4],"dtype":"F32","shape":[1]}"""), "a F32 [1]"),
        Row("escaped name", """{"\u0061\ud83d\ude00":{RIGHT}}""", "a\U0001F600 F32 [1]"),
        Row("name with dots, slashes and quotes", """{"a.b/c\\\" ü":{RIGHT}}""", "a.b/c\\\" ü F32 [1]"),
        Row("name of 1 KiB", """{"LONGEST":{RIGHT}}""", "LONGEST F32 [1]"),
        Row("empty name", """{"":{RIGHT}}""", " F32 [1]"),
        Row("metadata with line breaks", """{"a":{RIGHT},"__metadata__":{"k":"\n\u0000"}}""", "a F32 [1]"),
        Row("many dimensions", One("""{"dtype":"F32","shape":[MANY ONES],"data_offsets":[0,4]}"""), "a F32 [1, 1, 1"),
    ];

    [TestCaseSource(nameof(Rows))]
    public void It_is_refused_with_its_cause(string header, int data, string cause)
    {
        byte[] bytes = RawSafetensors.Bytes(header, new byte[data]);
        Assert.That(() => RawSafetensors.Open(bytes), Throws.TypeOf<CheckpointFormatException>()
            .With.Message.StartsWith("The stream ").And.Message.Contains(cause).And.Message.Length.LessThan(2500));
    }

    [TestCaseSource(nameof(RightRows))]
    public void It_is_read(string header, int data, string tensor)
    {
        using TensorFile file = RawSafetensors.Open(header, new byte[data]);
        Assert.That($"{file.Tensors[0]}", Does.StartWith(tensor));
    }

    [Test]
    public void An_extent_of_0_empties_whatever_the_others_are()
    {
        using TensorFile file = RawSafetensors.Open(
            """{"a":{"dtype":"F64","shape":[9223372036854775807,9223372036854775807,9223372036854775807,0],"data_offsets":[0,0]}}""");
        Assert.That(file.Tensors[0].ToArray(), Is.Empty);
    }

    [TestCase("name", "{\"a?\":1}")]
    [TestCase("metadata", "{\"__metadata__\":{\"k\":\"?\"}}")]
    [TestCase("type", "{\"a\":{\"dtype\":\"?\"}}")]
    [TestCase("place of no text", "{?}")]
    public void Bytes_that_are_no_text_are_refused(string where, string header)
    {
        foreach (byte[] wrong in (byte[][])[[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]])
        {
            string[] parts = header.Split('?');
            byte[] bytes = RawSafetensors.Bytes([.. Encoding.UTF8.GetBytes(parts[0]), .. wrong, .. Encoding.UTF8.GetBytes(parts[1])]);
            Assert.That(
                () => RawSafetensors.Open(bytes),
                Throws.TypeOf<CheckpointFormatException>().With.Message.Contains("malformed header"),
                $"{Convert.ToHexString(wrong)} in a {where}");
        }
    }

    private static TestCaseData Row(string what, string header, string expected, int data = 4) =>
        new TestCaseData(Written(header), data, Written(expected)).SetArgDisplayNames(what);

    private static string Written(string text) =>
        _words.Aggregate(text, (written, word) => written.Replace(word.Short, word.Meant, StringComparison.Ordinal));

    private static string One(string tensor) => "{\"a\":" + tensor + "}";

    private static string Two(string first, string second) =>
        $$$"""{"b":{"dtype":"U8","shape":[2],"data_offsets":{{{second}}}},"a":{"dtype":"U8","shape":[2],"data_offsets":{{{first}}}}}""";

    private static string Many(string text, int count) => string.Join(',', Enumerable.Repeat(text, count));
}
