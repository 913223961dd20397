using Optimi.Bench;

namespace Optimi.Tests;

/// <summary>However gradients come to a step, and in whatever memory and type, what is stored in few bits is the same.</summary>
internal sealed class LowBitWaysTests
{
    private const int Steps = 3;

    private static readonly int[] _lengths = [1, 255, 256, 300, 1025, 7, 64];

    private static IEnumerable<TestCaseData> Ways =>
        from device in TestDevice.Kinds
        from optimizer in LowBitOptimizer.All
        from way in Enum.GetValues<StepWay>()
        where way != StepWay.Together || !device.IsOpenCL
        select new TestCaseData(device, optimizer, way).LongIf(device.IsOpenCL);

    private static IEnumerable<TestCaseData> Types =>
        from device in TestDevice.Kinds
        from optimizer in LowBitOptimizer.All
        from gradient in Enum.GetValues<DType>()
        where gradient != optimizer.DType
        select new TestCaseData(device, optimizer, gradient).LongIf(device.IsOpenCL);

    [TestCaseSource(nameof(Ways))]
    public void However_a_step_is_made_the_bits_are_the_same(TestDevice row, LowBitOptimizer optimizer, StepWay way)
    {
        using ComputeDevice host = ComputeDevice.Open("cpu");
        Assert.That(Train(row.Shared, optimizer, way), Is.EqualTo(Train(host, optimizer, StepWay.Together)));
    }

    [TestCaseSource(nameof(Types))]
    public void Gradients_of_another_type_give_the_bits_of_the_same_numbers(TestDevice row, LowBitOptimizer optimizer, DType gradient)
    {
        using ComputeDevice host = ComputeDevice.Open("cpu");
        Assert.That(TrainWith(row.Shared, gradient), Is.EqualTo(TrainWith(host, optimizer.DType)));

        uint[] TrainWith(ComputeDevice device, DType type)
        {
            using var parameters = new ParameterBuffer(device, gradientDType: type);
            foreach (int length in _lengths)
                parameters.Add($"p{length}", optimizer.DType, length).Value.CopyFrom(TestTraining.Numbers(new Random(length), length));
            using Optimizer created = optimizer.Create(parameters, seed: 1);
            for (int step = 1; step <= Steps; step++)
            {
                var random = new Random(step);
                // All three types hold these.
                foreach (Parameter parameter in parameters)
                    parameter.Gradient.CopyFrom([.. Enumerable.Range(0, (int)parameter.Length).Select(_ => random.Next(-128, 129) / 256f)]);
                created.Step();
            }

            return StoredBits.Of(created, parameters);
        }
    }

    private static uint[] Train(ComputeDevice device, LowBitOptimizer optimizer, StepWay way)
    {
        using var values = new ForeignMemory(device, optimizer.DType, _lengths, isAligned: false);
        using var gradients = new ForeignMemory(device, optimizer.DType, _lengths, isAligned: false);
        bool keepsGradients = way is StepWay.Together or StepWay.Alone or StepWay.Adopted;
        using var parameters = new ParameterBuffer(device, keepsGradients ? GradientMemory.Kept : GradientMemory.None);
        foreach ((int i, int length) in _lengths.Index())
        {
            Parameter parameter = way == StepWay.Adopted
                ? parameters.Adopt($"p{i}", optimizer.DType, [length], values.View(i), gradients.View(i))
                : parameters.Add($"p{i}", optimizer.DType, length);
            parameter.Value.CopyFrom(TestTraining.Numbers(new Random(i), length));
        }

        Parameter[] all = [.. parameters];
        using Optimizer created = optimizer.Create(all, seed: 5);
        var model = new ReplayedModel();
        if (way == StepWay.Released)
        {
            created.GradientRelease = true;
            GradientRelease.Prepare(model, created);
        }

        for (int step = 1; step <= Steps; step++)
        {
            created.Accumulate = step == 2 && optimizer.HasStates;
            foreach ((int i, Parameter parameter) in all.Index())
            {
                float[] numbers = TestTraining.Numbers(new Random((100 * step) + i), _lengths[i]);
                if (way is StepWay.Together or StepWay.Alone)
                    parameter.Gradient.CopyFrom(numbers);
                else if (way == StepWay.Released)
                    model.Release(parameter, numbers);
                else
                    gradients.Write(i, numbers);
            }

            Step(created, all, gradients, way);
        }

        Assert.That(values.IsUntouchedBetween && gradients.IsUntouchedBetween, Is.True, "nothing beside the tensors is written");
        return StoredBits.Of(created, all);
    }

    private static void Step(Optimizer optimizer, Parameter[] all, ForeignMemory gradients, StepWay way)
    {
        switch (way)
        {
            case StepWay.Alone:
                Array.ForEach(all, optimizer.Step);
                break;
            case StepWay.Passing:
                foreach ((int i, Parameter parameter) in all.Index())
                    optimizer.Step(parameter, gradients.View(i));
                break;
            case StepWay.Layers:
                optimizer.Step((all[6], gradients.View(6)), (all[0], gradients.View(0)), (all[2], gradients.View(2)));
                optimizer.Step(
                    (all[1], gradients.View(1)), (all[4], gradients.View(4)), (all[5], gradients.View(5)), (all[3], gradients.View(3)));
                break;
            default:
                optimizer.Step();
                break;
        }
    }
}
