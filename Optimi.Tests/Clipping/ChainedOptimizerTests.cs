namespace Optimi.Tests;

/// <summary>Several optimizers of one model, one norm.</summary>
internal sealed class ChainedOptimizerTests
{
    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void One_norm_clips_the_gradients_of_all(TestDevice row)
    {
        const double MaxNorm = 0.5;
        using var tensors = new ClippedTensors(row.Shared);
        using var expected = new ClippedTensors(row.Shared, DType.Float32);
        (AdamW first, Lion second) = Create(tensors);
        (AdamW plainFirst, Lion plainSecond) = Create(expected);
        using var chain = new ChainedOptimizer(first, second) { MaxNorm = MaxNorm };
        for (int step = 1; step <= 3; step++)
        {
            tensors.Set(step, number => number);
            // The norm is summed in the order of the optimizers.
            float squares = ClipReference.Squares(
                Ordered(tensors).Select(parameter => ClippedTensors.Numbers(parameter, step)), 1);
            float factor = ClipReference.Factor(squares, MaxNorm, 1);
            expected.Set(step, number => number * factor);
            chain.Step();
            plainFirst.Step();
            plainSecond.Step();
            Assert.That(chain.GradientNorm, Is.EqualTo(MathF.Sqrt(squares)));
        }

        // A gradient of the second that is not finite skips both.
        uint[] before = Bits(tensors, first, second);
        tensors.All[0].Gradient.Fill(float.NaN);
        chain.Step();
        Assert.Multiple(() =>
        {
            Assert.That(chain.SkippedSteps, Is.EqualTo(1));
            Assert.That(Bits(tensors, first, second), Is.EqualTo(before));
            Assert.That(before, Is.EqualTo(Bits(expected, plainFirst, plainSecond)));
            Assert.That(first.StepCount(tensors.All[2]), Is.EqualTo(3));
        });
        foreach (Optimizer optimizer in (Optimizer[])[first, second, plainFirst, plainSecond])
            optimizer.Dispose();
    }

    [Test]
    public void Its_optimizers_are_stepped_by_it_alone()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var tensors = new ClippedTensors(device);
        (AdamW first, Lion second) = Create(tensors);
        using (first)
        using (second)
        {
            tensors.Set(1, number => number);
            var chain = new ChainedOptimizer(first, second);
            Assert.Multiple(() =>
            {
                Assert.That(first.Step, Refused.With("ChainedOptimizer"));
                Assert.That(() => first.Step(tensors.All[2]), Refused.With("ChainedOptimizer"));
                Assert.That(() => first.MaxNorm = 1, Refused.With("ChainedOptimizer"));
                Assert.That(() => new ChainedOptimizer(second), Refused.With("already"));
            });
            chain.Step();
            chain.Dispose();
            chain.Dispose();
            first.Step();
            Assert.Multiple(() =>
            {
                Assert.That(first.StepCount(tensors.All[2]), Is.EqualTo(2));
                Assert.That(second.StepCount(tensors.All[0]), Is.EqualTo(1));
                Assert.That(chain.Step, Throws.TypeOf<ObjectDisposedException>());
            });
        }
    }

    [Test]
    public void What_cannot_be_chained_is_refused_and_stays_as_it_was()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using ComputeDevice other = ComputeDevice.Open("cpu");
        using var tensors = new ClippedTensors(device);
        using var elsewhere = new ClippedTensors(other);
        (AdamW first, Lion second) = Create(tensors);
        using (first)
        using (second)
        using (var third = new AdamW(elsewhere.All, lr: 0.1))
        using (var twice = new SGD([tensors.All[0]], lr: 0.1))
        {
            Assert.Multiple(() =>
            {
                Assert.That(() => new ChainedOptimizer(), Refused.With("at least one"));
                Assert.That(() => new ChainedOptimizer(first, first), Refused.With("twice"));
                Assert.That(() => new ChainedOptimizer(first, third), Refused.With("one device"));
                Assert.That(
                    () => new ChainedOptimizer(second, twice), Throws.TypeOf<ParameterException>().With.Message.Contains("'p0'"));
                second.MaxNorm = 1;
                Assert.That(() => new ChainedOptimizer(first, second), Refused.With("none of its own"));
            });
            tensors.Set(1, number => number);
            first.Step();
            Assert.That(first.StepCount(tensors.All[2]), Is.EqualTo(1));
        }
    }

    private static (AdamW First, Lion Second) Create(ClippedTensors tensors) =>
        (new AdamW(tensors.All.Skip(2), lr: 0.01), new Lion(tensors.All.Take(2), lr: 0.001));

    private static IEnumerable<Parameter> Ordered(ClippedTensors tensors) => tensors.All.Skip(2).Concat(tensors.All.Take(2));

    private static uint[] Bits(ClippedTensors tensors, Optimizer first, Optimizer second) =>
    [
        .. Ordered(tensors).SelectMany(parameter => TestTraining.Bits(parameter.Value)),
        .. tensors.All.Skip(2).SelectMany(parameter => TestTraining.Bits(first.State(parameter, "exp_avg"))),
        .. tensors.All.Take(2).SelectMany(parameter => TestTraining.Bits(second.State(parameter, "exp_avg"))),
    ];
}
