namespace Optimi.Tests;

/// <summary>Clipping and skipping of steps that store numbers in few bits.</summary>
internal sealed class LowBitClippingTests
{
    private static IEnumerable<TestCaseData> Rows => LowBitOptimizer.On(TestDevice.Kinds);

    [TestCaseSource(nameof(Rows))]
    public void A_skipped_step_changes_not_one_bit_and_clipped_ones_are_those_of_the_host(TestDevice row, LowBitOptimizer optimizer)
    {
        using ComputeDevice host = ComputeDevice.Open("cpu");
        Assert.That(Train(row.Shared, hasBad: true), Is.EqualTo(Train(host, hasBad: false)));

        uint[] Train(ComputeDevice device, bool hasBad)
        {
            using var parameters = new ParameterBuffer(device);
            foreach (int length in (int[])[1, 300, 5000])
                parameters.Add($"p{length}", optimizer.DType, length).Value.CopyFrom(TestTraining.Numbers(new Random(length), length));
            using Optimizer created = optimizer.Create(parameters, seed: 6);
            (created.MaxNorm, created.AverageDecay) = (10, 0.9);
            foreach (int step in (int[])[0, 1, 2, 0, 3])
            {
                foreach (Parameter parameter in parameters)
                    parameter.Gradient.CopyFrom(TestTraining.Numbers(new Random((100 * step) + (int)parameter.Length), (int)parameter.Length));
                if (step > 0)
                {
                    created.Step();
                    Assert.That(created.GradientNorm, Is.GreaterThan(10));
                    continue;
                }

                if (!hasBad)
                    continue;
                float[] bad = TestTraining.Numbers(parameters["p5000"].Value);
                bad[4321] = float.NaN;
                parameters["p5000"].Gradient.CopyFrom(bad);
                uint[] before = StoredBits.Of(created, parameters);
                created.Step();
                Assert.That(StoredBits.Of(created, parameters), Is.EqualTo(before));
            }

            Assert.That(created.SkippedSteps, Is.EqualTo(hasBad ? 2 : 0));
            return StoredBits.Of(created, parameters);
        }
    }
}
