using System.IO.Compression;

namespace Optimi.Tests;

internal sealed class PthFileTests
{
    private static readonly byte[] _six = PthWriter.Bytes<float>(0, 1, 2, 3, 4, 5);

    [Test]
    public void An_optimizers_state_becomes_a_flat_list_of_tensors()
    {
        var group = new Dictionary<object, object?>
        {
            ["lr"] = 0.1,
            ["betas"] = new object?[] { 0.9, 1 },
            ["params"] = new List<object?> { 0, 1 },
            ["amsgrad"] = false,
            ["foreach"] = null,
            ["nothing"] = new List<object?>(),
            ["name"] = "all",
        };
        var state = new Dictionary<object, object?>
        {
            [0] = new Dictionary<object, object?> { ["step"] = -5, ["exp_avg"] = PthTensor.Dense("Float", "0", 2, 3) },
        };
        using TensorFile file = PthWriter.Open(PthWriter.File(
            new Dictionary<object, object?>
            {
                ["model"] = new Dictionary<object, object?> { ["w"] = PthTensor.Dense("Float", "0", 6) },
                ["optimizer"] = new Dictionary<object, object?>
                {
                    ["state"] = state,
                    ["param_groups"] = new List<object?> { group },
                },
            },
            _six));
        Assert.That(PthWriter.Lines(file), Is.EqualTo(
        [
            "model.w F32 [6] 0 1 2 3 4 5",
            "optimizer.state.0.step I64 [] -5",
            "optimizer.state.0.exp_avg F32 [2, 3] 0 1 2 3 4 5",
            "optimizer.param_groups.0.lr F64 [] 0.1",
            "optimizer.param_groups.0.betas F64 [2] 0.9 1",
            "optimizer.param_groups.0.params I64 [2] 0 1",
            "optimizer.param_groups.0.amsgrad BOOL [] 0",
        ]));
        Assert.That(file.Metadata, Is.EqualTo(new Dictionary<string, string> { ["optimizer.param_groups.0.name"] = "all" }));
    }

    [TestCase("Double", "F64", "00000000000004c0", -2.5)]
    [TestCase("Float", "F32", "000020c0", -2.5)]
    [TestCase("Half", "F16", "00c1", -2.5)]
    [TestCase("BFloat16", "BF16", "20c0", -2.5)]
    [TestCase("Long", "I64", "feffffffffffffff", -2)]
    [TestCase("Int", "I32", "feffffff", -2)]
    [TestCase("Short", "I16", "feff", -2)]
    [TestCase("Char", "I8", "fe", -2)]
    [TestCase("Byte", "U8", "fe", 254)]
    [TestCase("Bool", "BOOL", "01", 1)]
    public void Each_type_is_read(string storage, string type, string bytes, double expected)
    {
        using TensorFile file = PthWriter.Open(PthWriter.File(PthTensor.Dense(storage, "0"), Convert.FromHexString(bytes)));
        Assert.That(file.TryGet("tensor", out StoredTensor? tensor));
        Assert.Multiple(() =>
        {
            Assert.That(tensor!.Type, Is.EqualTo(type));
            Assert.That(tensor.Shape.Length, Is.Zero);
            Assert.That(tensor.ToArray(), Is.EqualTo([expected]));
        });
    }

    [Test]
    public void Views_of_a_storage_read_their_own_part()
    {
        PthTensor all = PthTensor.Dense("Float", "0", 2, 3);
        PthTensor row = all with { Offset = 3, Shape = [1, 3], Strides = [77, 1] };
        PthTensor none = all with { Offset = 6, Shape = [0, 3], Strides = [0, 0] };
        using TensorFile file = PthWriter.Open(PthWriter.File(new List<object?> { all, row, none, all }, _six));
        Assert.That(PthWriter.Lines(file), Is.EqualTo(
            ["0 F32 [2, 3] 0 1 2 3 4 5", "1 F32 [1, 3] 3 4 5", "2 F32 [0, 3] ", "3 F32 [2, 3] 0 1 2 3 4 5"]));
    }

    [Test]
    public void A_file_inside_a_stream_is_read_from_its_position()
    {
        using var stream = new MemoryStream([1, 2, 3, .. PthWriter.File(PthTensor.Dense("Float", "0", 6), _six)]) { Position = 3 };
        using TensorFile file = TensorFile.Open(stream);
        Assert.That(file.Tensors.Single().ToArray(), Is.EqualTo([0, 1, 2, 3, 4, 5]));
    }

    [Test]
    public void Lists_of_other_things_are_numbered()
    {
        using TensorFile file = PthWriter.Open(PthWriter.File(new List<object?> { 1, "b", true, null, new object?[] { 2.5 } }));
        Assert.That(file.Tensors.Select(tensor => tensor.ToString()), Is.EqualTo(["0 I64 []", "2 BOOL []", "4 F64 [1]"]));
        Assert.That(file.Metadata["1"], Is.EqualTo("b"));
    }

    [TestCase(7, 0, "6", "1", "it has 24 bytes")]
    [TestCase(long.MaxValue, 0, "6", "1", "it has 24 bytes")]
    [TestCase(-1, 0, "6", "1", "names a storage by other values")]
    [TestCase(6, 1, "6", "1", "'t' with 6 numbers from 1 on, in a storage of 6")]
    [TestCase(6, -1, "6", "1", "'t' with 6 numbers from -1 on")]
    [TestCase(6, long.MaxValue, "6", "1", "in a storage of 6")]
    [TestCase(6, long.MinValue, "6", "1", "in a storage of 6")]
    [TestCase(6, 0, "-6", "1", "an extent of -6")]
    [TestCase(6, 0, "9223372036854775807,9223372036854775807", "9223372036854775807,1", "with 9223372036854775807 numbers")]
    [TestCase(6, 0, "3,2", "1,3", "Call .contiguous() on it before saving")]
    [TestCase(6, 0, "6", "0", "Call .contiguous() on it before saving")]
    [TestCase(6, 0, "6", "-1", "Call .contiguous() on it before saving")]
    [TestCase(6, 0, "3,2", "1", "2 dimensions and 1 strides")]
    public void A_tensor_that_does_not_fit_is_refused_with_its_cause(long length, long offset, string shape, string strides, string cause)
    {
        var tensor = new PthTensor("Float", "0", length, offset, Numbers(shape), Numbers(strides));
        AssertRefused(PthWriter.File(new Dictionary<object, object?> { ["t"] = tensor }, _six), cause);
    }

    [Test]
    public void A_tensor_of_too_many_dimensions_is_refused() => AssertRefused(
        PthWriter.File(PthTensor.Dense("Float", "0", [.. Enumerable.Repeat(1L, 65)]), _six), "65 dimensions");

    [Test]
    public void A_storage_that_is_not_there_is_refused() =>
        AssertRefused(PthWriter.File(PthTensor.Dense("Float", "1", 6), _six), "names storage '1', which is not in the archive");

    [Test]
    public void A_tensor_that_is_yet_to_be_negated_is_refused()
    {
        byte[] pickle = PickleWriter.Pickle(PthTensor.Dense("Float", "0", 6));
        byte[] metadata = new PickleWriter().Value(new Dictionary<object, object?> { ["neg"] = true }).ToArray();
        AssertRefused(PthWriter.FileOf([.. pickle[..^3], .. metadata, .. pickle[^3..]], _six), "yet to be negated");
    }

    [Test]
    public void Big_endian_numbers_are_refused()
    {
        byte[] pickle = PickleWriter.Pickle(1);
        AssertRefused(PthWriter.Zip([("x/data.pkl", pickle), ("x/byteorder", "big"u8.ToArray())]), "little-endian machine");
        AssertRefused(PthWriter.Zip([("x/data.pkl", pickle), ("x/byteorder", new byte[100])]), "little-endian machine");
    }

    [Test]
    public void Files_without_a_byte_order_are_little_endian()
    {
        using TensorFile file = PthWriter.Open(PthWriter.Zip([("archive/data.pkl", PickleWriter.Pickle(1))]));
        Assert.That(file.Tensors.Single().ToArray(), Is.EqualTo([1]));
    }

    [TestCase("x/data.txt", "with 0 files data.pkl")]
    [TestCase("data.pkl", "with 0 files data.pkl")]
    [TestCase("x/y/data.pkl", "with 0 files data.pkl")]
    [TestCase("x/data.pkl,y/data.pkl", "with 2 files data.pkl")]
    public void Other_archives_are_refused(string names, string cause) =>
        AssertRefused(PthWriter.Zip(names.Split(',').Select(name => (name, PickleWriter.Pickle(1)))), cause);

    [Test]
    public void Compressed_files_are_refused_with_a_remedy() => AssertRefused(
        PthWriter.Zip([("x/data.pkl", PickleWriter.Pickle(new string('a', 1000)))], CompressionLevel.Optimal), "'zip -0'");

    [Test]
    public void The_format_before_1_6_is_refused_with_a_remedy() =>
        AssertRefused(Convert.FromHexString("80028a0a6cfc9c46f9206aa850192e80024de9032e"), "before 1.6");

    private static object?[] Numbers(string numbers) => [.. numbers.Split(',').Select(long.Parse).Cast<object>()];

    private static void AssertRefused(byte[] file, string cause) =>
        Assert.That(() => PthWriter.Open(file), Throws.TypeOf<CheckpointFormatException>().With.Message.Contains(cause));
}
