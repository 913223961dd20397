using System.Runtime.InteropServices;

namespace Optimi.Tests;

/// <summary>Files in PyTorch's layout, written and read by the tests' own reader of safetensors.</summary>
internal sealed class TorchLayoutTests
{
    private const double Lr = 0.1;

    private ComputeDevice _device = null!;
    private ParameterBuffer _parameters = null!;
    private Parameter _parameter = null!;
    private AdamW _optimizer = null!;

    [SetUp]
    public void Open()
    {
        _device = ComputeDevice.Open("cpu");
        _parameters = new ParameterBuffer(_device);
        _parameter = _parameters.Add("net.w", DType.Float32, 2);
        _optimizer = new AdamW(_parameters, lr: 3e-4, weightDecay: 0);
    }

    [TearDown]
    public void Close()
    {
        _optimizer.Dispose();
        _parameters.Dispose();
        _device.Dispose();
    }

    [TestCase(StateConvention.Optimi, 1_000, 0.1, 4)]
    [TestCase(StateConvention.PyTorch, 1_000, 0.1, 4)]
    [TestCase(StateConvention.Optimi, 3, 0.1, 4)]
    [TestCase(StateConvention.PyTorch, 3, 0.1, 4)]
    [TestCase(StateConvention.PyTorch, 3, 1, 1)]
    public void States_of_either_convention_give_the_right_next_step(StateConvention convention, int steps, double mean, double square)
    {
        double weight1 = convention == StateConvention.PyTorch ? 1 - Math.Pow(0.9, steps) : 1;
        double weight2 = convention == StateConvention.PyTorch ? 1 - Math.Pow(0.99, steps) : 1;
        byte[] file = Foreign(steps)
            .Add("state.net.w.exp_avg", "F32", [2], Floats((float)(mean * weight1)))
            .Add("state.net.w.exp_avg_sq", "F32", [2], Floats((float)(square * weight2)))
            .Write();
        Load(file, new() { Convention = convention });
        Assert.That(_optimizer.Lr, Is.EqualTo(Lr));
        Step();
        double hat1 = 0.9 * (1 - Math.Pow(0.9, steps)) / (1 - Math.Pow(0.9, steps + 1));
        double hat2 = 0.99 * (1 - Math.Pow(0.99, steps)) / (1 - Math.Pow(0.99, steps + 1));
        double expected = 1 - (Lr * ((hat1 * mean) + 1 - hat1) / (Math.Sqrt((hat2 * square) + 1 - hat2) + 1e-6));
        Assert.That(TestTraining.Numbers(_parameter.Value), Is.All.EqualTo(expected).Within(1e-6));
        if (steps == 1_000)
            Assert.That(expected, Is.EqualTo(0.99046).Within(5e-6));
    }

    [Test]
    public void A_foreign_file_must_be_told_whose_it_is()
    {
        byte[] file = Foreign(3)
            .Add("state.net.w.exp_avg", "F32", [2], Floats(1))
            .Add("state.net.w.exp_avg_sq", "F32", [2], Floats(1))
            .Write();
        Assert.That(
            () => Load(file, new()), Throws.TypeOf<CheckpointMismatchException>().With.Message.Contains("CheckpointLoadOptions.Convention"));
    }

    [Test]
    public void Options_that_the_optimizer_does_not_have_are_refused()
    {
        byte[] file = Foreign(3)
            .Add("state.net.w.exp_avg", "F32", [2], Floats(1))
            .Add("state.net.w.exp_avg_sq", "F32", [2], Floats(1))
            .Add("param_groups.net.w.amsgrad", "BOOL", [], 1)
            .Write();
        Assert.That(
            () => Load(file, new() { Convention = StateConvention.PyTorch }),
            Throws.TypeOf<CheckpointMismatchException>().With.Message.Contains("amsgrad"));
    }

    [TestCase("per parameter")]
    [TestCase("per group")]
    [TestCase("none")]
    public void States_by_number_take_the_step_from_wherever_it_is(string where)
    {
        PlainSafetensors file = new PlainSafetensors()
            .Add("net.w", "F32", [2], Floats(1))
            .Add("param_groups.0.lr", "F64", [], BitConverter.GetBytes(Lr))
            .Add("state.0.exp_avg", "F32", [2], Floats(0.1f))
            .Add("state.0.exp_avg_sq", "F32", [2], Floats(4));
        if (where == "per parameter")
            file.Add("state.0.step", "F32", [], BitConverter.GetBytes(1_000f));
        if (where == "per group")
            file.Add("param_groups.0.step", "I64", [], BitConverter.GetBytes(1_000L));
        if (where == "none")
        {
            Assert.That(
                () => Load(file.Write(), new() { Convention = StateConvention.Optimi }),
                Throws.TypeOf<CheckpointMismatchException>().With.Message.Contains("StepCount"));
        }

        Load(file.Write(), new() { Convention = StateConvention.Optimi, StepCount = where == "none" ? 1_000 : null });
        Step();
        Assert.That(TestTraining.Numbers(_parameter.Value), Is.All.EqualTo(0.99046).Within(5e-6));
    }

    [Test]
    public void What_is_written_for_PyTorch_has_raw_averages_and_comes_back()
    {
        _parameter.Value.Fill(1);
        for (int i = 0; i < 3; i++)
            Step();
        double mean = TestTraining.Numbers(_optimizer.State(_parameter, "exp_avg"))[0];
        double square = TestTraining.Numbers(_optimizer.State(_parameter, "exp_avg_sq"))[0];
        using var stream = new MemoryStream();
        Checkpoint.Save(stream, new TrainingState(_optimizer), new() { Convention = StateConvention.PyTorch });
        PlainSafetensors file = PlainSafetensors.Read(stream.ToArray());
        Assert.Multiple(() =>
        {
            Assert.That(Singles(file, "state.net.w.exp_avg"), Is.All.EqualTo(mean * (1 - Math.Pow(0.9, 3))).Within(1e-7));
            Assert.That(Singles(file, "state.net.w.exp_avg_sq"), Is.All.EqualTo(square * (1 - Math.Pow(0.99, 3))).Within(1e-7));
            Assert.That(BitConverter.ToInt64(file.Tensors["state.net.w.step"].Bytes), Is.EqualTo(3));
            Assert.That(BitConverter.ToDouble(file.Tensors["param_groups.net.w.lr"].Bytes), Is.EqualTo(3e-4));
            Assert.That(file.Tensors["param_groups.net.w.betas"].Shape, Is.EqualTo(new[] { 2 }));
            Assert.That(file.Tensors.Keys.Last(), Is.EqualTo("__checksum__"));
            Assert.That(file.Tensors["__checksum__"].Bytes, Is.EqualTo(PlainSafetensors.ChecksumOf(stream.ToArray())));
            Assert.That(Checkpoint.Describe(new MemoryStream(stream.ToArray())).Convention, Is.EqualTo(StateConvention.PyTorch));
        });
        Load(stream.ToArray(), new());
        Assert.Multiple(() =>
        {
            Assert.That(TestTraining.Numbers(_optimizer.State(_parameter, "exp_avg")), Is.All.EqualTo(mean).Within(1e-7));
            Assert.That(TestTraining.Numbers(_optimizer.State(_parameter, "exp_avg_sq")), Is.All.EqualTo(square).Within(1e-7));
        });
    }

    [Test]
    public void The_momentum_of_SGD_has_the_name_that_PyTorch_gives_it()
    {
        using var sgd = new SGD(_parameters, new SGDOptions { Lr = Lr, Momentum = 0.9, Dampening = true });
        _parameter.Gradient.Fill(1);
        sgd.Step();
        using var stream = new MemoryStream();
        Checkpoint.Save(stream, new TrainingState(sgd), new() { Convention = StateConvention.PyTorch });
        PlainSafetensors file = PlainSafetensors.Read(stream.ToArray());
        Assert.That(Singles(file, "state.net.w.momentum_buffer"), Is.All.EqualTo(0.1f).Within(1e-7));
        Assert.That(BitConverter.ToDouble(file.Tensors["param_groups.net.w.dampening"].Bytes), Is.EqualTo(0.9));
        using var other = new SGD(_parameters, new SGDOptions { Lr = 1, Momentum = 0.5 });
        stream.Position = 0;
        Checkpoint.Load(stream, new TrainingState(other));
        Assert.Multiple(() =>
        {
            Assert.That(TestTraining.Numbers(other.State(_parameter, "exp_avg")), Is.All.EqualTo(0.1f).Within(1e-7));
            Assert.That(other.Groups[0].Options, Is.EqualTo(new SGDOptions { Lr = 1, Momentum = 0.9, Dampening = true }));
            Assert.That(other.Lr, Is.EqualTo(Lr));
        });
    }

    [Test]
    public void A_parameter_that_was_never_stepped_begins_anew()
    {
        byte[] file = new PlainSafetensors()
            .Add("net.w", "F32", [2], Floats(5))
            .Add("param_groups.net.w.lr", "F64", [], BitConverter.GetBytes(Lr))
            .Write();
        Step();
        Load(file, new() { Convention = StateConvention.PyTorch });
        Assert.Multiple(() =>
        {
            Assert.That(_optimizer.StepCount(_parameter), Is.Zero);
            Assert.That(TestTraining.Numbers(_optimizer.State(_parameter, "exp_avg")), Is.All.Zero);
            Assert.That(TestTraining.Numbers(_parameter.Value), Is.All.EqualTo(5));
        });
    }

    private static PlainSafetensors Foreign(int steps) => new PlainSafetensors()
        .Add("net.w", "F32", [2], Floats(1))
        .Add("state.net.w.step", "F32", [], BitConverter.GetBytes((float)steps))
        .Add("param_groups.net.w.lr", "F64", [], BitConverter.GetBytes(Lr))
        .Add("param_groups.net.w.betas", "F64", [2], [.. BitConverter.GetBytes(0.9), .. BitConverter.GetBytes(0.99)])
        .Add("param_groups.net.w.eps", "F64", [], BitConverter.GetBytes(1e-6))
        .Add("param_groups.net.w.amsgrad_is_off", "BOOL", [], 0);

    private static byte[] Floats(float number) => MemoryMarshal.AsBytes<float>([number, number]).ToArray();

    private static float[] Singles(PlainSafetensors file, string name) =>
        MemoryMarshal.Cast<byte, float>(file.Tensors[name].Bytes).ToArray();

    private void Load(byte[] file, CheckpointLoadOptions options)
    {
        using var stream = new MemoryStream(file);
        Checkpoint.Load(stream, new TrainingState(_optimizer), options);
    }

    private void Step()
    {
        _parameter.Gradient.Fill(1);
        _optimizer.Step();
    }
}
