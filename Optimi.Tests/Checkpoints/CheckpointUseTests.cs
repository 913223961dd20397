namespace Optimi.Tests;

/// <summary>What surrounds the tensors: schedules, scalers, averages, clipping, groups, files, progress, cancelling.</summary>
internal sealed class CheckpointUseTests
{
    private ComputeDevice _device = null!;
    private DirectoryInfo _folder = null!;

    private string Target => Path.Combine(_folder.FullName, "run.safetensors");

    [SetUp]
    public void Open()
    {
        _device = ComputeDevice.Open("cpu");
        _folder = Directory.CreateTempSubdirectory("optimi");
    }

    [TearDown]
    public void Close()
    {
        _device.Dispose();
        _folder.Delete(recursive: true);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Everything_around_a_step_goes_on(bool release)
    {
        (SavedTraining Training, TrainingState State) Make()
        {
            SavedTraining training = Training(options => options with { WeightDecay = 0.1, DecoupleLr = true, MaxLr = 0.5 });
            training.Optimizer.AverageDecay = 0.9;
            training.Optimizer.MaxNorm = 0.5;
            if (release)
                training.Release();
            else
                training.Optimizer.Scaler = new GradientScaler { GrowthInterval = 3, Scale = 1 };
            return (training, new TrainingState(training.Optimizer, new CosineAnnealingLR(training.Optimizer, tMax: 10)));
        }

        (SavedTraining unbroken, TrainingState state) = Make();
        Run(unbroken, state, 0, 9);
        (SavedTraining first, TrainingState firstState) = Make();
        Run(first, firstState, 0, 4);
        Checkpoint.Save(Target, firstState);
        (SavedTraining second, TrainingState secondState) = Make();
        Run(second, secondState, 30, 1);
        Checkpoint.Load(Target, secondState);
        Run(second, secondState, 4, 5);
        Assert.Multiple(() =>
        {
            Assert.That(second.Bits(), Is.EqualTo(unbroken.Bits()));
            Assert.That(second.Optimizer.Lr, Is.EqualTo(unbroken.Optimizer.Lr));
            Assert.That(second.Optimizer.SkippedSteps, Is.EqualTo(unbroken.Optimizer.SkippedSteps));
            Assert.That(second.Optimizer.GradientNorm, Is.EqualTo(unbroken.Optimizer.GradientNorm));
            Assert.That(secondState.Schedules[0].StepCount, Is.EqualTo(9));
            Assert.That(secondState.Scaler?.Scale, Is.EqualTo(state.Scaler?.Scale));
            Assert.That(secondState.Scaler?.GrowthTracker, Is.EqualTo(state.Scaler?.GrowthTracker));
        });
        foreach (SavedTraining training in (SavedTraining[])[unbroken, first, second])
            training.Dispose();

        void Run(SavedTraining training, TrainingState state, int from, int count)
        {
            for (int step = from; step < from + count; step++)
            {
                if (release)
                    training.RunReleased(step);
                else
                    training.Run(step, 1, spoils: step == 2);
                ((LRScheduler)state.Schedules[0]).Step();
            }
        }
    }

    [Test]
    public void Averages_that_have_not_begun_begin_after_loading()
    {
        using SavedTraining first = Training();
        first.Optimizer.AverageDecay = 0.9;
        first.Run(0, 1);
        using SavedTraining second = Training();
        second.Optimizer.AverageDecay = 0.9;
        second.Run(20, 3);
        // The parameter of index 1 takes part in odd steps only.
        Checkpoint.Save(Target, first.State);
        Assert.That(Checkpoint.Describe(Target).Tensors.Select(tensor => tensor.Name), Has.None.EqualTo("state.layer.1.ema"));
        Checkpoint.Load(Target, second.State);
        first.Run(1, 2);
        second.Run(1, 2);
        Assert.That(second.Bits(), Is.EqualTo(first.Bits()));
    }

    [Test]
    public void Several_optimizers_that_step_together_go_on()
    {
        (ChainedOptimizer Chain, ParameterBuffer Parameters) Make()
        {
            var parameters = new ParameterBuffer(_device);
            Parameter matrix = parameters.Add("matrix", DType.Float32, 4, 3);
            Parameter vector = parameters.Add("vector", DType.Float32, 5);
            matrix.Value.Fill(1);
            return (new ChainedOptimizer(new Lion([matrix], lr: 0.1), new AdamW([vector], lr: 0.1)) { MaxNorm = 1 }, parameters);
        }

        (ChainedOptimizer first, ParameterBuffer firstParameters) = Make();
        Step(first, firstParameters, 2);
        Checkpoint.Save(Target, new TrainingState(first));
        (ChainedOptimizer second, ParameterBuffer secondParameters) = Make();
        Checkpoint.Load(Target, new TrainingState(second));
        Assert.That(second.GradientNorm, Is.EqualTo(first.GradientNorm));
        Step(first, firstParameters, 2);
        Step(second, secondParameters, 2);
        foreach ((Parameter one, Parameter other) in firstParameters.Zip(secondParameters))
            Assert.That(TestTraining.Bits(other.Value), Is.EqualTo(TestTraining.Bits(one.Value)));
        firstParameters.Dispose();
        secondParameters.Dispose();

        static void Step(ChainedOptimizer chain, ParameterBuffer parameters, int steps)
        {
            for (int step = 0; step < steps; step++)
            {
                foreach (Parameter parameter in parameters)
                    parameter.Gradient.Fill(step + 3);
                chain.Step();
            }
        }
    }

    [Test]
    public void Groups_take_their_options_or_keep_them()
    {
        using SavedTraining first = Training(options => options with { Beta1 = 0.8, Epsilon = 1e-4, WeightDecay = 0.3 });
        first.Optimizer.Lr = 0.025;
        Checkpoint.Save(Target, first.State);
        using SavedTraining kept = Training();
        Checkpoint.Load(Target, kept.State, new() { RestoreOptions = false });
        Assert.That(kept.Optimizer.Lr, Is.EqualTo(0.01));
        using SavedTraining taken = Training();
        Checkpoint.Load(Target, taken.State);
        Assert.Multiple(() =>
        {
            Assert.That(taken.Optimizer.Lr, Is.EqualTo(0.025));
            Assert.That(taken.Optimizer.Groups[0].Options, Is.EqualTo(first.Optimizer.Groups[0].Options));
        });
    }

    [Test]
    public void A_frozen_parameter_keeps_its_states()
    {
        using SavedTraining first = Training();
        first.Run(0, 2);
        first.Parameters.Last().Frozen = true;
        first.Run(2, 1);
        Checkpoint.Save(Target, first.State);
        using SavedTraining second = Training();
        second.Parameters.Last().Frozen = true;
        Checkpoint.Load(Target, second.State);
        foreach (SavedTraining training in (SavedTraining[])[first, second])
        {
            training.Parameters.Last().Frozen = false;
            training.Run(3, 2);
        }

        Assert.That(second.Bits(), Is.EqualTo(first.Bits()));
    }

    [Test]
    public void Texts_are_saved_with_it()
    {
        using SavedTraining training = Training();
        Checkpoint.Save(Target, new TrainingState(training.Optimizer) { Metadata = new Dictionary<string, string> { ["epoch"] = "7" } });
        CheckpointInfo info = Checkpoint.Describe(Target);
        Assert.Multiple(() =>
        {
            Assert.That(info.Metadata, Is.EqualTo(new Dictionary<string, string> { ["epoch"] = "7" }));
            Assert.That(info.Optimizers, Is.EqualTo(new[] { "AdamW" }));
            Assert.That(info.Parameters, Is.EqualTo(training.Parameters.Select(parameter => parameter.Name)));
            Assert.That(info.HasChecksum && info.IsOptimi, Is.True);
            Assert.That(info.Version, Is.EqualTo(1));
        });
        Assert.That(
            () => Checkpoint.Save(
                Target, new TrainingState(training.Optimizer) { Metadata = new Dictionary<string, string> { ["optimi"] = "" } }),
            Throws.TypeOf<ParameterException>().With.Message.Contains("'optimi'"));
    }

    [Test]
    public void Old_checkpoints_are_kept_if_that_is_asked_for()
    {
        using SavedTraining training = Training();
        for (int save = 1; save <= 5; save++)
        {
            Checkpoint.Save(
                Target,
                new TrainingState(training.Optimizer) { Metadata = new Dictionary<string, string> { ["save"] = $"{save}" } },
                new() { Keep = 3 });
        }

        Assert.Multiple(() =>
        {
            Assert.That(
                _folder.GetFiles().Select(file => file.Name),
                Is.EquivalentTo(new[] { "run.safetensors", "run.1.safetensors", "run.2.safetensors" }));
            Assert.That(SaveOf("run.safetensors"), Is.EqualTo("5"));
            Assert.That(SaveOf("run.1.safetensors"), Is.EqualTo("4"));
            Assert.That(SaveOf("run.2.safetensors"), Is.EqualTo("3"));
        });

        string SaveOf(string name) => Checkpoint.Describe(Path.Combine(_folder.FullName, name)).Metadata["save"];
    }

    [Test]
    public async Task Progress_is_told_and_a_cancelled_save_leaves_the_old_file()
    {
        using SavedTraining training = Training();
        training.Run(0, 2);
        var told = new Told();
        await Checkpoint.SaveAsync(Target, training.State, progress: told);
        byte[] before = await File.ReadAllBytesAsync(Target);
        Assert.That(told.Last, Is.EqualTo(new CheckpointProgress(CheckpointPhase.Saving, before.Length, before.Length)));
        using var cancelled = new CancellationTokenSource();
        // Cancelled while it is written.
        var cancelling = new Told(_ => cancelled.Cancel());
        Assert.That(
            async () => await Checkpoint.SaveAsync(Target, training.State, progress: cancelling, cancellation: cancelled.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllBytes(Target), Is.EqualTo(before));
            Assert.That(_folder.GetFiles(), Has.Length.EqualTo(1));
        });
    }

    [Test]
    public async Task Loading_can_be_cancelled_until_something_changes()
    {
        using SavedTraining training = Training();
        training.Run(0, 2);
        Checkpoint.Save(Target, training.State);
        uint[] saved = training.Bits();
        training.Run(2, 2);
        uint[] before = training.Bits();
        using var early = new CancellationTokenSource();
        var verifying = new Told(_ => early.Cancel());
        Assert.That(
            async () => await Checkpoint.LoadAsync(Target, training.State, progress: verifying, cancellation: early.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(training.Bits(), Is.EqualTo(before));
        using var late = new CancellationTokenSource();
        var loading = new Told(progress =>
        {
            if (progress.Phase == CheckpointPhase.Loading)
                late.Cancel();
        });
        await Checkpoint.LoadAsync(Target, training.State, progress: loading, cancellation: late.Token);
        Assert.That(training.Bits(), Is.EqualTo(saved));
    }

    [Test]
    public void Half_a_load_is_no_state_to_step_from()
    {
        using SavedTraining training = Training();
        training.Run(0, 2);
        Checkpoint.Save(Target, training.State);
        using var failing = new FailingStream(File.ReadAllBytes(Target));
        CheckpointException error = Assert.Throws<CheckpointException>(() => Checkpoint.Load(failing, training.State))!;
        Assert.That(error.Message, Does.Contain("half old and half new").And.Contain("no more"));
        Assert.That(() => training.Run(2, 1), Throws.TypeOf<CheckpointException>().With.Message.Contains("cut off"));
        Assert.That(() => Checkpoint.Save(Target, training.State), Throws.TypeOf<CheckpointException>());
        Checkpoint.Load(Target, training.State);
        training.Run(2, 1);
    }

    [Test]
    public void Averages_in_place_of_values_are_neither_saved_nor_loaded_into()
    {
        using SavedTraining training = Training();
        training.Optimizer.AverageDecay = 0.9;
        training.Run(0, 2);
        Checkpoint.Save(Target, training.State);
        using (training.Optimizer.SwapIn())
        {
            Assert.That(() => Checkpoint.Save(Target, training.State), Throws.InstanceOf<OptimiException>().With.Message.Contains("SwapOut"));
            Assert.That(() => Checkpoint.Load(Target, training.State), Throws.InstanceOf<OptimiException>().With.Message.Contains("SwapOut"));
            Assert.That(() => Checkpoint.Save(Target, new TrainingState(training.Parameters)), Throws.TypeOf<ParameterException>());
        }
    }

    [Test]
    public void A_path_that_cannot_be_is_an_error_with_a_cause()
    {
        using SavedTraining training = Training();
        string nowhere = Path.Combine(_folder.FullName, "nowhere", "run.safetensors");
        Assert.Multiple(() =>
        {
            Assert.That(() => Checkpoint.Save(nowhere, training.State), Throws.TypeOf<CheckpointException>().With.Message.Contains("nowhere"));
            Assert.That(() => Checkpoint.Load(nowhere, training.State), Throws.TypeOf<CheckpointException>().With.Message.Contains("nowhere"));
            Assert.That(() => Checkpoint.Describe(_folder.FullName), Throws.TypeOf<CheckpointException>());
            Assert.That(() => Checkpoint.Save(_folder.FullName, training.State), Throws.TypeOf<CheckpointException>());
        });
    }

    private SavedTraining Training(Func<AdamWOptions, AdamWOptions>? with = null)
    {
        var options = new AdamWOptions { Lr = 0.01 };
        return new(_device, DType.BFloat16, parameters => new AdamW(parameters, with is null ? options : with(options)));
    }

    /// <summary>Remembers what it was told last.</summary>
    private sealed class Told(Action<CheckpointProgress>? onTold = null) : IProgress<CheckpointProgress>
    {
        public CheckpointProgress Last { get; private set; }

        public void Report(CheckpointProgress value)
        {
            Last = value;
            onTold?.Invoke(value);
        }
    }

    /// <summary>Can be read to its end once, beside its header, and then no more.</summary>
    private sealed class FailingStream(byte[] bytes) : MemoryStream(bytes)
    {
        private long _left = bytes.Length + BitConverter.ToInt64(bytes) + 200;

        public override int Read(Span<byte> buffer)
        {
            _left -= buffer.Length;
            return _left < 0 ? throw new IOException("The disk reads no more.") : base.Read(buffer);
        }
    }
}
