using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>Trainings and files that are not as most are.</summary>
internal sealed class OddCheckpointTests
{
    private ComputeDevice _device = null!;

    [OneTimeSetUp]
    public void Open() => _device = ComputeDevice.Open("cpu");

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    [TestCase("state.a.step")]
    [TestCase("state.a.exp_avg")]
    [TestCase("param_groups.a.lr")]
    [TestCase("half a surrogate")]
    [TestCase("too long")]
    public void What_would_not_be_read_back_is_not_written(string name)
    {
        using var parameters = new ParameterBuffer(_device);
        parameters.Add("a", DType.Float32, 2).Gradient.Fill(1);
        name = name switch
        {
            "half a surrogate" => "a\ud800",
            "too long" => new string('x', 1015),
            _ => name,
        };
        parameters.Add(name, DType.Float32, 2).Gradient.Fill(1);
        using var optimizer = new AdamW(parameters, lr: 0.1);
        optimizer.Step();
        using var stream = new MemoryStream();
        Assert.That(
            () => Checkpoint.Save(stream, new TrainingState(optimizer)), Throws.InstanceOf<OptimiException>().With.Message.Contains("rename"));
        Assert.That(stream.Length, Is.Zero);
    }

    [Test]
    public void Texts_that_would_not_be_read_back_are_not_written()
    {
        using var parameters = new ParameterBuffer(_device);
        parameters.Add("a", DType.Float32, 2);
        foreach (string? text in (string?[])[null, "\ud800"])
        {
            Assert.That(
                () => Checkpoint.Save(
                    Stream.Null, new TrainingState(parameters) { Metadata = new Dictionary<string, string> { ["k"] = text! } }),
                Throws.InstanceOf<CheckpointException>().With.Message.Contains("'k'"));
        }
    }

    [Test]
    public void Schedules_in_schedules_in_schedules_are_read_back()
    {
        using SavedTraining training = Training();
        LRScheduler schedule = new StepLR(training.Optimizer, stepSize: 2);
        for (int depth = 0; depth < 100; depth++)
            schedule = new ChainedScheduler([schedule]);
        using var stream = new MemoryStream();
        Checkpoint.Save(stream, new TrainingState(training.Optimizer, schedule));
        stream.Position = 0;
        Checkpoint.Load(stream, new TrainingState(training.Optimizer, schedule));
    }

    [TestCase(0)]
    [TestCase(2)]
    public void A_parameter_that_was_never_stepped_has_no_compensation_to_lose(int steps)
    {
        using SavedTraining first = Training();
        first.Parameters.Last().Frozen = true;
        first.Run(0, steps);
        using SavedTraining second = Training();
        second.Run(9, 2);
        Copy(first.State, second.State);
        first.Parameters.Last().Frozen = false;
        first.Run(2, 2);
        second.Run(2, 2);
        Assert.That(second.Bits(), Is.EqualTo(first.Bits()));
    }

    [Test]
    public void Half_a_load_is_made_whole_by_a_whole_one_only()
    {
        using SavedTraining training = Training();
        training.Run(0, 2);
        training.Optimizer.BeginLoading();
        Assert.That(() => Checkpoint.Save(Stream.Null, new TrainingState(training.Parameters)), Throws.TypeOf<CheckpointException>());
        using (SavedTraining other = Training())
        {
            other.Run(0, 2);
            Copy(new TrainingState(other.Parameters), new TrainingState(training.Parameters));
            Assert.That(() => training.Run(2, 1), Throws.TypeOf<CheckpointException>());
            Copy(
                new TrainingState { Parameters = [.. other.Parameters.Take(1)] },
                training.State,
                new() { Strict = false });
            Assert.That(() => training.Run(2, 1), Throws.TypeOf<CheckpointException>());
            Copy(other.State, training.State);
        }

        training.Run(2, 1);
    }

    [Test]
    public void Raw_averages_are_read_with_the_coefficients_that_they_were_written_with()
    {
        using SavedTraining first = Training(new AdamWOptions { Lr = 0.01, Beta2 = 0.9 });
        first.Run(0, 3);
        using SavedTraining second = Training(new AdamWOptions { Lr = 0.01, Beta2 = 0.999 });
        Copy(first.State, second.State, new() { RestoreOptions = false }, StateConvention.PyTorch);
        float[] expected = TestTraining.Numbers(first.Optimizer.State(first.Parameters.Last(), "exp_avg_sq"));
        Assert.That(
            TestTraining.Numbers(second.Optimizer.State(second.Parameters.Last(), "exp_avg_sq")), Is.EqualTo(expected).Within(1).Percent);
    }

    [Test]
    public void Groups_of_others_are_not_thrown_together()
    {
        using var parameters = new ParameterBuffer(_device);
        PlainSafetensors file = new();
        foreach ((string name, double lr, double beta) in ((string, double, double)[])[("a", 0.5, 0.9), ("b", 0.25, 0.5)])
        {
            parameters.Add(name, DType.Float32, 1);
            file.Add(name, "F32", [1], BitConverter.GetBytes(1f))
                .Add($"state.{name}.step", "F32", [], BitConverter.GetBytes(2f))
                .Add($"state.{name}.exp_avg", "F32", [1], BitConverter.GetBytes(0.1f))
                .Add($"state.{name}.exp_avg_sq", "F32", [1], BitConverter.GetBytes(0.1f))
                .Add($"param_groups.{name}.lr", "F64", [], BitConverter.GetBytes(lr))
                .Add($"param_groups.{name}.betas", "F64", [2], [.. BitConverter.GetBytes(beta), .. BitConverter.GetBytes(0.99)]);
        }

        using var optimizer = new AdamW(parameters, lr: 1);
        using var stream = new MemoryStream(file.Write());
        var options = new CheckpointLoadOptions { Convention = StateConvention.PyTorch };
        Assert.That(
            () => Checkpoint.Load(stream, new TrainingState(optimizer), options),
            Throws.TypeOf<CheckpointMismatchException>().With.Message.Contains("in groups with other options"));
        stream.Position = 0;
        Checkpoint.Load(stream, new TrainingState(optimizer), options with { RestoreOptions = false });
        Assert.That(
            TestTraining.Numbers(optimizer.State(parameters["b"], "exp_avg")), Is.All.EqualTo(0.1 / (1 - (0.5 * 0.5))).Within(1e-6));
    }

    [Test]
    public async Task What_is_saved_is_settled_when_the_call_returns()
    {
        using SavedTraining training = Training();
        training.Run(0, 1);
        Dictionary<string, string> metadata = new() { ["step"] = "1" };
        var schedule = new ExponentialLR(training.Optimizer, gamma: 0.5);
        using var stream = new MemoryStream();
        Task saving = Checkpoint.SaveAsync(stream, new TrainingState(training.Optimizer, schedule) { Metadata = metadata });
        metadata["step"] = "2";
        schedule.Step();
        training.Run(1, 1);
        await saving;
        stream.Position = 0;
        CheckpointInfo info = Checkpoint.Load(stream, new TrainingState(training.Optimizer, schedule));
        Assert.Multiple(() =>
        {
            Assert.That(info.Metadata["step"], Is.EqualTo("1"));
            Assert.That(schedule.StepCount, Is.Zero);
            Assert.That(training.Optimizer.StepCount(training.Parameters.First()), Is.EqualTo(1));
        });
    }

    [Test]
    public void A_listener_that_fails_does_not_cut_a_load_off()
    {
        using SavedTraining training = Training();
        training.Run(0, 1);
        using var stream = new MemoryStream();
        Checkpoint.Save(stream, training.State);
        stream.Position = 0;
        var failing = new Failing();
        Assert.That(
            async () => await Checkpoint.LoadAsync(stream, training.State, progress: failing), Throws.TypeOf<InvalidOperationException>());
        training.Run(1, 1);
    }

    [Test]
    public void Another_optimizer_of_the_same_parameters_goes_on_with_values_that_are_as_they_were()
    {
        using SavedTraining training = Training();
        using var lion = new Lion(training.Parameters, lr: 1e-3);
        training.Run(0, 3);
        uint[] before = training.Bits();
        Copy(new TrainingState(lion), new TrainingState(lion));
        Assert.That(training.Bits(), Is.EqualTo(before));
    }

    [Test]
    public void The_scale_is_that_of_the_time_of_saving()
    {
        using SavedTraining training = Training();
        TrainingState state = training.State;
        training.Optimizer.Scaler = new GradientScaler { Scale = 8 };
        using var stream = new MemoryStream();
        Checkpoint.Save(stream, state);
        stream.Position = 0;
        Assert.That(Checkpoint.Describe(stream).LossScale, Is.EqualTo(8));
    }

    [Test]
    public void A_rule_of_the_users_is_known_by_its_whole_name()
    {
        using var parameters = new ParameterBuffer(_device);
        parameters.Add("p", DType.Float32, 3).Gradient.Fill(1);
        using var own = new Optimizer<SGDRule<ScalarLane>>(parameters, new SGDOptions { Lr = 1 });
        Assert.That(own.RuleName, Is.EqualTo("SGDRule"));
    }

    [TestCase("dampening", 0.5)]
    public void Options_of_PyTorch_that_mean_something_else_are_refused(string option, double value)
    {
        using var parameters = new ParameterBuffer(_device);
        parameters.Add("p", DType.Float32, 1);
        byte[] file = new PlainSafetensors()
            .Add("p", "F32", [1], BitConverter.GetBytes(1f))
            .Add("state.p.momentum_buffer", "F32", [1], BitConverter.GetBytes(1f))
            .Add("state.p.step", "F32", [], BitConverter.GetBytes(1f))
            .Add("param_groups.p.momentum", "F64", [], BitConverter.GetBytes(0.9))
            .Add($"param_groups.p.{option}", "F64", [], BitConverter.GetBytes(value))
            .Write();
        using var optimizer = new SGD(parameters, lr: 1, momentum: 0.9);
        using var stream = new MemoryStream(file);
        Assert.That(
            () => Checkpoint.Load(stream, new TrainingState(optimizer), new() { Convention = StateConvention.PyTorch }),
            Throws.TypeOf<CheckpointMismatchException>().With.Message.Contains(option));
    }

    private static void Copy(
        TrainingState from, TrainingState to, CheckpointLoadOptions? options = null, StateConvention convention = StateConvention.Optimi)
    {
        using var stream = new MemoryStream();
        Checkpoint.Save(stream, from, new() { Convention = convention });
        stream.Position = 0;
        Checkpoint.Load(stream, to, options);
    }

    private SavedTraining Training(AdamWOptions? options = null) =>
        new(_device, DType.BFloat16, parameters => new AdamW(parameters, options ?? new AdamWOptions { Lr = 0.01 }));

    private sealed class Failing : IProgress<CheckpointProgress>
    {
        public void Report(CheckpointProgress value)
        {
            if (value.Phase == CheckpointPhase.Loading)
                throw new InvalidOperationException();
        }
    }
}
