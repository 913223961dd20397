namespace Optimi.Tests;

/// <summary>Averages of parameters whose weights are in few bits: of what steps go on from, not of what the model sees.</summary>
internal sealed class LowBitAverageTests
{
    private static IEnumerable<TestCaseData> Rows =>
        from device in TestDevice.Kinds
        from optimizer in LowBitOptimizer.All
        select new TestCaseData(device, optimizer).LongIf(device.IsOpenCL);

    [TestCaseSource(nameof(Rows))]
    public void An_average_is_what_a_plain_loop_makes_of_the_exact_weights(TestDevice row, LowBitOptimizer optimizer)
    {
        Assert.That(Train(0.9), Is.EqualTo(Train(null)), "what else is stored");

        uint[] Train(double? decay)
        {
            var random = new Random(7);
            using var parameters = new ParameterBuffer(row.Shared);
            foreach (int length in (int[])[1, 255, 300])
                parameters.Add($"p{length}", optimizer.DType, length).Value.CopyFrom(TestTraining.Numbers(random, length));
            using Optimizer created = optimizer.Create(parameters, seed: 4);
            created.AverageDecay = decay;
            AverageReference[] references = [.. parameters.Select(parameter => new AverageReference(created, parameter))];
            for (int step = 0; step < 4; step++)
            {
                foreach (Parameter parameter in parameters)
                    parameter.Gradient.CopyFrom(TestTraining.Numbers(random, (int)parameter.Length));
                created.Accumulate = optimizer.HasStates && step == 1;
                if (decay is null || created.Accumulate)
                    created.Step();
                else
                    AverageReference.Step(created, created.Step, references);
                if (decay is not null)
                    Array.ForEach(references, reference => reference.Check());
            }

            created.AverageDecay = null;
            return StoredBits.Of(created, parameters);
        }
    }
}
