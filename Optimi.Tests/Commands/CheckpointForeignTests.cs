using System.Runtime.InteropServices;
using Optimi.Bench;

namespace Optimi.Tests;

/// <summary><c>checkpoint convert</c> of files that others wrote.</summary>
[NonParallelizable]
internal sealed class CheckpointForeignTests : CheckpointCommandFixture
{
    [Test]
    public void States_by_number_are_those_of_the_parameters_that_have_their_shapes()
    {
        PlainSafetensors file = Read(Convert(OfTorch("adamw.pth"), "optimi", "--optimizer", "adamw"));
        Assert.Multiple(() =>
        {
            Assert.That(Floats(file, "weight"), Is.EqualTo((float[])[0.25f, -2.25f]).Within(1e-6));
            // Raw: 0.1 and 0.3, 0.001 and 0.009 after one step.
            Assert.That(Floats(file, "state.weight.exp_avg"), Is.EqualTo((float[])[1, 3]).Within(1e-5));
            Assert.That(Floats(file, "state.weight.exp_avg_sq"), Is.EqualTo((float[])[1, 9]).Within(1e-5));
            Assert.That(Floats(file, "state.bias.exp_avg"), Is.EqualTo((float[])[1]).Within(1e-5));
            Assert.That(BitConverter.ToInt64(file.Tensors["state.bias.step"].Bytes), Is.EqualTo(1));
            Assert.That(file.Tensors.Keys, Has.Member("tied").And.None.EqualTo("state.tied.exp_avg").And.None.EqualTo("ema"));
            Assert.That(file.Metadata["note"], Is.EqualTo("größer"));
            Assert.That(Output.Error, Does.Contain("Left out: ema BF16 [2].").And.Contain("Left out: epoch I64 []."));
        });
    }

    [Test]
    public void Momentum_needs_the_number_of_steps()
    {
        string path = OfTorch("sgd-protocol4.pth");
        Assert.That(Run("convert", path, PathOf("new"), "--to", "optimi", "--optimizer", "sgd"), Is.EqualTo(ExitCode.UnusableInput));
        Assert.That(Output.Error, Does.Contain("--step-count"));
        string converted = Convert(path, "optimi", "--optimizer", "sgd", "--step-count", "12");
        PlainSafetensors file = Read(converted);
        Assert.Multiple(() =>
        {
            Assert.That(Floats(file, "state.weight.exp_avg"), Is.EqualTo((float[])[1, 3]).Within(1e-6));
            Assert.That(BitConverter.ToInt64(file.Tensors["state.weight.step"].Bytes), Is.EqualTo(12));
            Assert.That(Checkpoint.Describe(converted).Groups.Single().Options["momentum"], Is.EqualTo((double[])[0.5]));
        });
    }

    [TestCase("pytorch", 10)]
    [TestCase("optimi", 1)]
    public void Parameters_of_equal_options_become_a_group(string from, double factor)
    {
        string path = PathOf("flat.safetensors");
        PlainSafetensors flat = new PlainSafetensors().Add("model.a", "BF16", [2], 0, 0, 0, 0);
        foreach ((string name, double lr) in ((string, double)[])[("b", 0.5), ("c", 0.25), ("d", 0.5)])
        {
            flat.Add($"model.{name}", "F32", [2], Bytes(1, 2))
                .Add($"optimizer.state.{name}.exp_avg", "F32", [2], Bytes(3, 4))
                .Add($"optimizer.state.{name}.exp_avg_sq", "F32", [2], Bytes(3, 4))
                .Add($"optimizer.state.{name}.step", "F32", [], BitConverter.GetBytes(1f))
                .Add($"optimizer.param_groups.{name}.lr", "F64", [], BitConverter.GetBytes(lr));
        }

        flat.Add("model.norm.num_batches_tracked", "I64", [], new byte[8]);
        File.WriteAllBytes(path, flat.Write());
        string converted = Convert(path, "optimi", "--optimizer", "adam", "--from", from);
        Assert.Multiple(() =>
        {
            Assert.That(Floats(Read(converted), "state.b.exp_avg"), Is.EqualTo((double[])[3 * factor, 4 * factor]).Within(1e-5));
            Assert.That(
                Checkpoint.Describe(converted).Groups.Select(group => $"{group.Lr} {string.Join(',', group.Parameters)}"),
                Is.EqualTo((string[])[$"{0.5} b,d", $"{0.25} c"]));
            Assert.That(Output.Error, Does.Contain("Left out: model.norm.num_batches_tracked I64 []."));
        });
    }

    [TestCase("BF16", "BF16", "BF16")]
    [TestCase("BF16", "F32", "F32")]
    [TestCase("F16", "F16", "F16")]
    [TestCase("F16", "F16", "BF16")]
    [TestCase("F16", "BF16", "BF16")]
    public void States_stay_stored_as_they_were(string parameter, string mean, string square)
    {
        string path = PathOf("flat.safetensors");
        File.WriteAllBytes(path, new PlainSafetensors()
            .Add("a", parameter, [1], 0, 0)
            .Add("state.a.exp_avg", mean, [1], new byte[mean == "F32" ? 4 : 2])
            .Add("state.a.exp_avg_sq", square, [1], new byte[square == "F32" ? 4 : 2])
            .Add("state.a.step", "I64", [], BitConverter.GetBytes(3L))
            .Write());
        PlainSafetensors file = Read(Convert(path, "optimi", "--optimizer", "adamw"));
        Assert.That(file.Tensors["state.a.exp_avg"].DType, Is.EqualTo(mean));
        Assert.That(file.Tensors["state.a.exp_avg_sq"].DType, Is.EqualTo(square));
    }

    [TestCase("in several ways", 2, 2, 2)]
    [TestCase("fit no 2", 3, 4, 5)]
    public void States_by_number_that_fit_otherwise_are_refused(string reason, params int[] lengths)
    {
        string path = Numbered([.. lengths.Index().Select(layer => ($"layer{layer.Index}", layer.Item))]);
        Assert.That(Run("convert", path, PathOf("new"), "--to", "optimi", "--optimizer", "lion"), Is.EqualTo(ExitCode.UnusableInput));
        Assert.That(Output.Error, Does.Contain(reason).And.Contain("get_optimizer_state_dict"));
    }

    [Test]
    public void Buffers_of_batch_normalization_are_no_parameters()
    {
        string path = Numbered(("norm.weight", 2), ("norm.bias", 2), ("norm.running_mean", 2), ("norm.running_var", 2));
        PlainSafetensors converted = Read(Convert(path, "optimi", "--optimizer", "lion"));
        Assert.That(Floats(converted, "state.norm.bias.exp_avg"), Is.EqualTo((float[])[3, 4]));
        Assert.That(converted.Tensors.Keys, Has.Member("norm.running_var").And.None.EqualTo("state.norm.running_var.exp_avg"));
    }

    [Test]
    public void Numbers_mean_nothing_in_files_that_do_not_keep_the_order()
    {
        string path = PathOf("numbers.safetensors");
        File.WriteAllBytes(path, new PlainSafetensors()
            .Add("a", "F32", [1], Bytes(1))
            .Add("state.0.exp_avg", "F32", [1], Bytes(1))
            .Add("state.0.step", "I64", [], BitConverter.GetBytes(3L))
            .Write());
        Assert.That(Run("convert", path, PathOf("new"), "--to", "optimi", "--optimizer", "lion"), Is.EqualTo(ExitCode.UnusableInput));
        Assert.That(Output.Error, Does.Contain("do not keep their order"));
    }

    [TestCase("--optimizer sgd, adam, adamw")]
    [TestCase("has nobody's state.a.max_exp_avg_sq", "--optimizer", "adamw")]
    [TestCase("lacks state.a.exp_avg_diff", "--optimizer", "adan")]
    [TestCase("--step-count is '-1'", "--optimizer", "adamw", "--step-count", "-1")]
    public void What_is_not_known_is_said(string error, params string[] options)
    {
        string path = PathOf("flat.safetensors");
        File.WriteAllBytes(path, new PlainSafetensors()
            .Add("a", "F32", [2], Bytes(1, 2))
            .Add("count", "I64", [], new byte[8])
            .Add("state.a.exp_avg", "F32", [2], Bytes(3, 4))
            .Add("state.a.exp_avg_sq", "F32", [2], Bytes(3, 4))
            .Add("state.a.max_exp_avg_sq", "F32", [2], Bytes(3, 4))
            .Add("state.a.step", "I64", [], BitConverter.GetBytes(3L))
            .Write());
        Assert.That(Run(["convert", path, PathOf("new"), "--to", "optimi", .. options]), Is.EqualTo(ExitCode.UnusableInput));
        Assert.That(Output.Error, Does.Contain(error));
        Assert.That(File.Exists(PathOf("new")), Is.False);
    }

    [Test]
    public void Values_that_no_parameter_can_be_are_refused()
    {
        string path = PathOf("double.safetensors");
        File.WriteAllBytes(path, new PlainSafetensors().Add("a", "F64", [1], new byte[8]).Write());
        Assert.That(Run("convert", path, PathOf("new"), "--to", "optimi"), Is.EqualTo(ExitCode.UnusableInput));
        Assert.That(Output.Error, Does.Contain("'a' of").And.Contain("is F64"));
    }

    /// <summary>A file of <c>torch.save</c> whose first two parameters have states (1, 2) and (3, 4).</summary>
    private string Numbered(params (string Name, int Length)[] model)
    {
        string path = PathOf("numbers.pth");
        var root = new Dictionary<object, object?>();
        foreach ((string name, int length) in model)
            root[name] = PthTensor.Dense("Float", "0", length);
        root["state"] = new Dictionary<object, object?> { [0] = StateOf("1"), [1] = StateOf("2") };
        File.WriteAllBytes(path, PthWriter.File(root, Bytes(0, 0, 0, 0, 0), Bytes(1, 2), Bytes(3, 4)));
        return path;

        static Dictionary<object, object?> StateOf(string storage) =>
            new() { ["exp_avg"] = PthTensor.Dense("Float", storage, 2), ["step"] = 3 };
    }

    private static PlainSafetensors Read(string path) => PlainSafetensors.Read(File.ReadAllBytes(path));

    private static float[] Floats(PlainSafetensors file, string name) => MemoryMarshal.Cast<byte, float>(file.Tensors[name].Bytes).ToArray();

    private static byte[] Bytes(params float[] numbers) => MemoryMarshal.AsBytes<float>(numbers).ToArray();
}
