namespace Optimi.Tests;

/// <summary>What surrounds the tensors: schedules, scalers, averages, clipping, groups, texts.</summary>
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

    private SavedTraining Training(Func<AdamWOptions, AdamWOptions>? with = null)
    {
        var options = new AdamWOptions { Lr = 0.01 };
        return new(_device, DType.BFloat16, parameters => new AdamW(parameters, with is null ? options : with(options)));
    }
}
