using System.Text.Json;
using Optimi.Bench;

namespace Optimi.Tests;

internal sealed class GoldenCaseTests
{
    private const string Description =
        """{"name":"n","optimizer":"sgd","dtype":"float32","steps":1,"accumulate":0,"options":{},"schedule":null}""";

    [TestCase("no description", "{}", "no metadata 'case'")]
    [TestCase("empty description", """{"__metadata__":{"case":"{}"}}""", "has no 'name'")]
    [TestCase("half a description", """{"__metadata__":{"case":"{"}}""", "malformed description")]
    [TestCase("twice the same member", """{"__metadata__":{"case":"{\"name\":\"n\",\"name\":\"n\"}"}}""", "malformed description")]
    public void A_file_that_is_no_case_is_refused_with_its_cause(string what, string header, string cause)
    {
        using TensorFile file = RawSafetensors.Open(header);
        Assert.That(
            () => GoldenCase.Read("x", file),
            Throws.TypeOf<CaseFileException>().With.Message.StartsWith("x: ").And.Message.Contains(cause),
            what);
    }

    [TestCase("no tensors", "", 0, "no initial parameters")]
    [TestCase("no gradients", "init.0", 4, "gradients of step 0")]
    [TestCase("no results", "init.0 grad.0.0", 8, "no 'spec.param.0'")]
    [TestCase("results of one reference", "init.0 grad.0.0 spec.param.0", 12, "no 'f64.param.0'")]
    [TestCase("a result of no parameter", "init.0 grad.0.0 spec.param.0 spec.param.1", 16, "result 'spec.param.1' fits no parameter")]
    public void A_case_that_lacks_a_part_is_refused_with_its_cause(string what, string names, int bytes, string cause)
    {
        using TensorFile file = RawSafetensors.Open(Header(names, "F32", [1], 4), new byte[bytes]);
        Assert.That(() => GoldenCase.Read("x", file), Throws.TypeOf<CaseFileException>().With.Message.Contains(cause), what);
    }

    [Test]
    public void A_case_is_read_whole()
    {
        GoldenCase golden;
        using (TensorFile file = RawSafetensors.Open(
            Header("init.0 grad.0.0 spec.param.0 f64.param.0", "BF16", [1, 1], 2), 0x80, 0x3F, 0x00, 0x40, 0x40, 0x40, 0x80, 0x40))
        {
            golden = GoldenCase.Read("x", file);
        }

        Assert.Multiple(() =>
        {
            Assert.That(golden.Initial[0].ToFloats(), Is.EqualTo((float[])[1]));
            Assert.That(golden.Gradients[0][0][0], Is.EqualTo(2));
            Assert.That(golden.Gradients[0][0].StorageType, Is.EqualTo(DType.BFloat16));
            Assert.That(golden.Results("spec").Single().Tensor.Numbers, Is.EqualTo((double[])[3]));
            Assert.That(golden.Results("f64").Single().Tensor.Shape, Is.EqualTo((int[])[1, 1]));
            Assert.That(golden.HasPython, Is.False);
        });
    }

    [Test]
    public void A_tensor_that_no_parameter_can_be_is_refused()
    {
        using TensorFile large = RawSafetensors.Open(Header("init.0", "F32", [0, 3_000_000_000], 0));
        using TensorFile unknown = RawSafetensors.Open(Header("init.0", "U64", [1], 8), 0, 0, 0, 0, 0, 0, 0, 0);
        Assert.Multiple(() =>
        {
            Assert.That(() => GoldenCase.Read("x", large), Throws.TypeOf<CaseFileException>().With.Message.Contains("'init.0' is too large"));
            Assert.That(() => GoldenCase.Read("x", unknown), Throws.TypeOf<CheckpointFormatException>().With.Message.Contains("type U64"));
        });
    }

    /// <summary>A header of tensors of one shape, one after another, with a description.</summary>
    private static string Header(string names, string type, long[] shape, int bytes)
    {
        IEnumerable<string> entries = names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((name, i) =>
            $$""","{{name}}":{"dtype":"{{type}}","shape":[{{string.Join(',', shape)}}],"data_offsets":[{{i * bytes}},{{(i + 1) * bytes}}]}""");
        return $$$"""{"__metadata__":{"case":{{{JsonSerializer.Serialize(Description)}}}}{{{string.Concat(entries)}}}}""";
    }
}
