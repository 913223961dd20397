using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary><c>checkpoint convert</c> of Optimi's own files.</summary>
[NonParallelizable]
internal sealed class CheckpointConvertTests : CheckpointCommandFixture
{
    private const double Tolerance = 1e-6;

    private static IEnumerable<TestCaseData> Cases =>
        from optimizer in TestOptimizer.All
        from variant in ((DType DType, bool Kahan, DType? States)[])
        [
            (DType.Float32, false, null), (DType.BFloat16, true, null), (DType.BFloat16, true, DType.Float32), (DType.Float16, true, null),
        ]
        select new TestCaseData(optimizer, variant.DType, variant.Kahan, variant.States);

    [TestCaseSource(nameof(Cases))]
    public void A_file_that_goes_to_PyTorch_and_back_is_what_it_was(TestOptimizer optimizer, DType dtype, bool kahan, DType? states)
    {
        using SavedTraining before = Training();
        before.Optimizer.AverageDecay = 0.9;
        before.Run(0, 3);
        string path = PathOf("run.safetensors");
        Checkpoint.Save(path, before.State);
        string torch = Convert(path, "pytorch");
        string back = Convert(torch, "optimi");
        using SavedTraining after = Training();
        after.Optimizer.AverageDecay = 0.9;
        Checkpoint.Load(back, after.State);
        Assert.Multiple(() =>
        {
            Assert.That(Checkpoint.Describe(torch).Convention, Is.EqualTo(StateConvention.PyTorch));
            Assert.That(Checkpoint.Describe(back).Convention, Is.EqualTo(StateConvention.Optimi));
            foreach ((Parameter one, Parameter other) in before.Parameters.Zip(after.Parameters))
            {
                Assert.That(TestTraining.Bits(other.Value), Is.EqualTo(TestTraining.Bits(one.Value)));
                Assert.That(after.Optimizer.StepCount(other), Is.EqualTo(before.Optimizer.StepCount(one)));
                foreach (string state in before.Optimizer.StateNames(one))
                {
                    foreach ((float was, float isNow) in Numbers(before, one, state).Zip(Numbers(after, other, state)))
                        Assert.That(isNow, Is.EqualTo(was).Within(Math.Abs(was) * Tolerance), $"{state} of {one.Name}");
                }
            }
        });

        SavedTraining Training() => new(Device, dtype, parameters => optimizer.Over(parameters, kahan, states));
    }

    [TestCaseSource(typeof(LowBitOptimizer), nameof(LowBitOptimizer.All))]
    public void What_is_stored_in_few_bits_goes_to_PyTorch_and_back(LowBitOptimizer optimizer)
    {
        using SavedTraining before = Training();
        before.Run(0, 3);
        string path = PathOf("run.safetensors");
        Checkpoint.Save(path, before.State);
        byte[] bytes = File.ReadAllBytes(path);
        string torch = Convert(path, "pytorch");
        string back = Convert(torch, "optimi");
        CheckpointGroup group = Checkpoint.Describe(back).Groups.Single();
        Assert.That(group.CompressedStates, Is.EqualTo(Checkpoint.Describe(path).Groups.Single().CompressedStates));
        Assert.That(group.MasterWeightBits, Is.EqualTo(Checkpoint.Describe(path).Groups.Single().MasterWeightBits));
        using SavedTraining after = Training();
        Checkpoint.Load(back, after.State);
        foreach ((Parameter one, Parameter other) in before.Parameters.Zip(after.Parameters))
        {
            Assert.That(TestTraining.Bits(other.Value), Is.EqualTo(TestTraining.Bits(one.Value)));
            foreach (string state in before.Optimizer.StateNames(one))
            {
                double bound = Numbers(before, one, state).Max(Math.Abs) * LowBitOptimizer.Precision;
                foreach ((float was, float isNow) in Numbers(before, one, state).Zip(Numbers(after, other, state)))
                    Assert.That(isNow, Is.EqualTo(was).Within(bound), $"{state} of {one.Name}");
            }
        }

        // For Optimi nothing is converted.
        Assert.That(File.ReadAllBytes(Convert(path, "optimi")), Is.EqualTo(bytes));

        SavedTraining Training() => new(Device, optimizer.DType, parameters => optimizer.Create(parameters, 77));
    }

    [Test]
    public void What_surrounds_the_states_comes_along()
    {
        using var buffer = new ParameterBuffer(Device);
        Parameter[] parameters =
            [buffer.Add("a", DType.Float32, 3), buffer.Add("b", DType.BFloat16, 2, 2), buffer.Add("c", DType.Float32, 2), buffer.Add("rest", DType.Float16, 1)];
        using var lion = new Lion([parameters[0]], lr: 0.1);
        using var sgd = new SGD(
            new ParameterGroup([parameters[1]], new SGDOptions { Lr = 0.1, Momentum = 0.5 }),
            new ParameterGroup([parameters[2]], new SGDOptions { Lr = 0.2, WeightDecay = 0.1, DecoupleLr = true, MaxLr = 3 }));
        sgd.AverageDecay = 0.5;
        using var chain = new ChainedOptimizer(lion, sgd) { Scaler = new GradientScaler { Scale = 8, GrowthInterval = 5_000 } };
        var schedule = new CosineAnnealingLR(sgd, tMax: 10);
        for (int step = 0; step < 2; step++)
        {
            foreach (Parameter parameter in parameters[..3])
                parameter.Gradient.Fill(step == 0 ? float.NaN : 1);
            chain.Step();
            schedule.Step();
        }

        string path = PathOf("run.safetensors");
        Checkpoint.Save(path, new TrainingState(chain, schedule)
        {
            Parameters = parameters,
            Metadata = new Dictionary<string, string> { ["epoch"] = "7" },
        });
        byte[] bytes = File.ReadAllBytes(path);
        string back = Convert(Convert(path, "pytorch"), "optimi");
        Assert.That(Contents(back), Is.EqualTo(Contents(path)));
        // In its own place, too.
        Assert.That(Run("convert", path, path, "--to", "optimi"), Is.Zero);
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(bytes));
    }

    [Test]
    public void Parameters_alone_are_copied()
    {
        using var buffer = new ParameterBuffer(Device);
        buffer.Add("a", DType.BFloat16, 2, 3).Value.Fill(3);
        buffer.Add("b", DType.Float32, 1).Value.Fill(5);
        string path = PathOf("model.safetensors");
        Checkpoint.Save(path, new TrainingState(buffer));
        PlainSafetensors copy = PlainSafetensors.Read(File.ReadAllBytes(Convert(path, "pytorch")));
        Assert.That(copy.Tensors.Select(tensor => tensor.Key), Is.EquivalentTo((string[])["a", "b", "__checksum__"]));
        Assert.That(copy.Tensors["b"].Bytes, Is.EqualTo(BitConverter.GetBytes(5f)));
    }

    [Test]
    public void The_states_of_a_rule_of_ones_own_are_refused()
    {
        using var buffer = new ParameterBuffer(Device);
        buffer.Add("a", DType.Float32, 3).Gradient.Fill(1);
        using var optimizer = new Optimizer<SignRule<ScalarLane>>(buffer, new SignOptions { Lr = 1 });
        optimizer.Step();
        string path = PathOf("run.safetensors");
        Checkpoint.Save(path, new TrainingState(optimizer));
        Assert.That(Run("convert", path, PathOf("new"), "--to", "pytorch"), Is.EqualTo(Bench.ExitCode.UnusableInput));
        Assert.That(Output.Error, Does.Contain("not one of Optimi's own"));
        Assert.That(File.Exists(PathOf("new")), Is.False);
    }

    [Test]
    public void A_convention_that_the_file_denies_is_refused()
    {
        using SavedTraining training = new(Device, DType.Float32, parameters => new AdamW(parameters, lr: 1));
        string path = PathOf("run.safetensors");
        Checkpoint.Save(path, training.State);
        Assert.That(Run("convert", path, PathOf("new"), "--to", "pytorch", "--from", "pytorch"), Is.EqualTo(Bench.ExitCode.UnusableInput));
        Assert.That(Output.Error, Does.Contain("leave --from out"));
    }

    private static float[] Numbers(SavedTraining training, Parameter parameter, string state) =>
        TestTraining.Numbers(training.Optimizer.State(parameter, state));

    /// <summary>All that a file holds: texts, and tensors in whatever order.</summary>
    private static IEnumerable<string> Contents(string path)
    {
        PlainSafetensors file = PlainSafetensors.Read(File.ReadAllBytes(path));
        return file.Metadata.Select(text => $"{text.Key} {text.Value}")
            .Concat(file.Tensors.Where(tensor => tensor.Key != "__checksum__").Select(
                tensor => $"{tensor.Key} {tensor.Value.DType} {string.Join(',', tensor.Value.Shape)} {System.Convert.ToHexString(tensor.Value.Bytes)}"))
            .Order();
    }
}
