namespace Optimi.Tests;

/// <summary>What becomes of numbers in few bits while tensors come late, rest, begin anew, or only accumulate.</summary>
internal sealed class LowBitLifeTests
{
    private static IEnumerable<TestCaseData> Rows => LowBitOptimizer.On(TestDevice.Kinds);

    [TestCaseSource(nameof(Rows))]
    public void Tensors_that_come_late_are_stepped_as_if_each_were_alone(TestDevice row, LowBitOptimizer optimizer)
    {
        using ComputeDevice host = ComputeDevice.Open("cpu");
        Assert.That(
            Train(row.Shared, [300, 33], [255, 1]),
            Is.EqualTo(((int[])[300, 33]).SelectMany(length => Train(host, [length], []))
                .Concat(((int[])[255, 1]).SelectMany(length => Train(host, [], [length])))));

        uint[] Train(ComputeDevice device, int[] early, int[] late)
        {
            using var parameters = new ParameterBuffer(device);
            using Optimizer? created = early.Length > 0 ? optimizer.Create(Add(parameters, optimizer, early), seed: 2) : null;
            for (int step = 1; step <= 2 && created is not null; step++)
                Step(created, parameters, step);
            if (late.Length == 0)
                return Finish(created!);
            Parameter[] added = Add(parameters, optimizer, late);
            if (created is null)
            {
                using Optimizer another = optimizer.Create(added, seed: 2);
                return Finish(another);
            }

            optimizer.Kind.AddGroup(created, added, optimizer.Kind.Options with { DitherSeed = 2 });
            return Finish(created);

            uint[] Finish(Optimizer last)
            {
                for (int step = 3; step <= 4; step++)
                    Step(last, parameters, step);
                return StoredBits.Of(last, parameters);
            }
        }
    }

    [TestCaseSource(nameof(Rows))]
    public void Frozen_parameters_keep_every_bit(TestDevice row, LowBitOptimizer optimizer)
    {
        using var parameters = new ParameterBuffer(row.Shared);
        Parameter[] all = Add(parameters, optimizer, [300, 33, 70]);
        all[1].Frozen = true;
        using Optimizer created = optimizer.Create(all, seed: 2);
        uint[] values = TestTraining.Bits(all[1].Value);
        Step(created, parameters, 1);
        Assert.That(created.StoredParts(all[1]), Is.Empty);
        all[2].Frozen = true;
        uint[] before = StoredBits.Of(created, all[2]);
        Step(created, parameters, 2);
        Assert.Multiple(() =>
        {
            Assert.That(TestTraining.Bits(all[1].Value), Is.EqualTo(values));
            Assert.That(StoredBits.Of(created, all[2]), Is.EqualTo(before));
        });
        all[1].Frozen = all[2].Frozen = false;
        Step(created, parameters, 3);
        Assert.That(all.Select(created.StepCount), Is.EqualTo((long[])[3, 1, 2]));
        Assert.That(StoredBits.Of(created, all[2]), Is.Not.EqualTo(before));
    }

    [TestCaseSource(nameof(Rows))]
    public void A_forgotten_parameter_goes_the_way_of_a_new_one(TestDevice row, LowBitOptimizer optimizer)
    {
        using var parameters = new ParameterBuffer(row.Shared);
        Parameter[] all = Add(parameters, optimizer, [300, 33]);
        using Optimizer created = optimizer.Create(all, seed: 2);
        Step(created, parameters, 1);
        Step(created, parameters, 2);
        uint[] other = StoredBits.Of(created, all[1]);
        created.ResetState(all[0]);
        Assert.That(StoredBits.OfParts(created, all[0]), Is.All.Zero);
        Assert.That(StoredBits.Of(created, all[1]), Is.EqualTo(other));
        using var others = new ParameterBuffer(row.Shared);
        Parameter again = others.Add("p300", optimizer.DType, 300);
        again.Value.CopyFrom(TestTraining.Numbers(all[0].Value));
        using Optimizer fresh = optimizer.Create([again], seed: 2);
        Step(created, parameters, 3);
        Step(fresh, others, 3);
        Assert.That(StoredBits.Of(created, all[0]), Is.EqualTo(StoredBits.Of(fresh, again)));
    }

    [TestCaseSource(nameof(Rows))]
    public void A_step_that_accumulates_changes_states_alone(TestDevice row, LowBitOptimizer optimizer)
    {
        if (!optimizer.HasStates)
            Assert.Ignore("There is nothing to accumulate into.");
        using var parameters = new ParameterBuffer(row.Shared);
        Parameter[] all = Add(parameters, optimizer, [300, 33]);
        using Optimizer created = optimizer.Create(all, seed: 2);
        Step(created, parameters, 1);
        uint[] weights = Weights();
        uint[] states = StoredBits.Of(created, all);
        created.Accumulate = true;
        Step(created, parameters, 2);
        Assert.Multiple(() =>
        {
            Assert.That(Weights(), Is.EqualTo(weights));
            Assert.That(StoredBits.Of(created, all), Is.Not.EqualTo(states));
        });

        uint[] Weights() =>
        [
            .. all.SelectMany(parameter => TestTraining.Bits(parameter.Value).Concat(created.StoredParts(parameter)
                .Where(part => part.Name == Kernels.StateName.LowBits).SelectMany(part => StoredBits.Bytes(part).Select(number => (uint)number)))),
        ];
    }

    [TestCaseSource(nameof(Rows))]
    public void Up_the_gradient_is_down_its_opposite(TestDevice row, LowBitOptimizer optimizer)
    {
        Assert.That(
            Train(optimizer.With(options => options with { Maximize = true }), sign: -1), Is.EqualTo(Train(optimizer, sign: 1)));

        uint[] Train(LowBitOptimizer kind, int sign)
        {
            using var parameters = new ParameterBuffer(row.Shared);
            Add(parameters, kind, [300, 33]);
            using Optimizer created = kind.Create(parameters, seed: 2);
            Step(created, parameters, 1, sign);
            Step(created, parameters, 2, sign);
            return StoredBits.Of(created, parameters);
        }
    }

    private static Parameter[] Add(ParameterBuffer parameters, LowBitOptimizer optimizer, int[] lengths) =>
    [
        .. lengths.Select(length =>
        {
            Parameter parameter = parameters.Add($"p{length}", optimizer.DType, length);
            parameter.Value.CopyFrom(TestTraining.Numbers(new Random(length), length));
            return parameter;
        }),
    ];

    /// <summary>Makes a step from gradients that depend on the step and on the parameter's length.</summary>
    private static void Step(Optimizer optimizer, ParameterBuffer parameters, int step, int sign = 1)
    {
        foreach (Parameter parameter in parameters)
        {
            float[] numbers = TestTraining.Numbers(new Random((1000 * step) + (int)parameter.Length), (int)parameter.Length);
            parameter.Gradient.CopyFrom([.. numbers.Select(number => sign * number)]);
        }

        optimizer.Step();
    }
}
