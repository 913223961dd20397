namespace Optimi.Tests;

/// <summary>Gradients stored otherwise than their parameters.</summary>
internal sealed class GradientDTypeTests
{
    private const int Steps = 3;

    private static readonly int[] _lengths = [1, 255, 300, 1024];

    private static IEnumerable<TestCaseData> Rows =>
        from device in TestDevice.All
        from optimizer in TestOptimizer.All
        from types in (IEnumerable<(DType Value, DType Gradient)>)
        [
            (DType.Float32, DType.BFloat16),
            (DType.Float32, DType.Float16),
            (DType.BFloat16, DType.Float32),
            (DType.BFloat16, DType.Float16),
            (DType.Float16, DType.Float32),
        ]
        // PoCL compiles each of these kernels for the first time here.
        where device.Name != "opencl"
            || (optimizer.Name == "adamw" && types is (DType.Float32, DType.BFloat16) or (DType.BFloat16, DType.Float32))
        select new TestCaseData(device, optimizer, types.Value, types.Gradient)
            .SetArgDisplayNames(device.Name, optimizer.Name, $"{types.Value}", $"{types.Gradient}");

    /// <summary>Of numbers that both types hold, the storage of gradients does not matter.</summary>
    [TestCaseSource(nameof(Rows))]
    public void Gradients_of_another_type_give_the_bits_of_the_same_numbers(
        TestDevice row, TestOptimizer optimizer, DType value, DType gradient)
    {
        using ComputeDevice host = ComputeDevice.Open("cpu");
        Assert.That(
            Train(row.Shared, optimizer, value, gradient).SequenceEqual(Train(host, optimizer, value, value)), Is.True);
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Float32_gradients_of_bfloat16_parameters_are_not_rounded(TestDevice row)
    {
        using var parameters = new ParameterBuffer(row.Shared, gradientDType: DType.Float32);
        Parameter weight = parameters.Add("weight", DType.BFloat16, 3);
        Assert.That((weight.GradientDType, weight.Gradient.DType), Is.EqualTo((DType.Float32, DType.Float32)));
        weight.Gradient.CopyFrom([1.0009765f, -0.1f, 3]);
        using var sgd = new SGD(parameters, new SGDOptions { Lr = 1, Momentum = 0.5, StateDType = DType.Float32 });
        sgd.Step();
        Assert.That(TestTraining.Numbers(sgd.State(weight, "exp_avg")), Is.EqualTo(new[] { 1.0009765f, -0.1f, 3 }));
        Assert.That(parameters.GradientBytes, Is.EqualTo(2 * parameters.ValueBytes));
    }

    private static uint[] Train(ComputeDevice device, TestOptimizer kind, DType value, DType gradient)
    {
        var random = new Random(13);
        using var parameters = new ParameterBuffer(device, gradientDType: gradient);
        foreach (int length in _lengths)
            parameters.Add($"p{length}", value, length).Value.CopyFrom(TestTraining.Numbers(random, length));
        using Optimizer optimizer = kind.Over(parameters, value != DType.Float32, null);
        for (int step = 0; step < Steps; step++)
        {
            foreach (Parameter parameter in parameters)
            {
                // All three types hold these.
                parameter.Gradient.CopyFrom(
                    [.. Enumerable.Range(0, (int)parameter.Length).Select(_ => random.Next(-128, 129) / 256f)]);
            }

            optimizer.Accumulate = step == 1 && kind.Name != "sgd";
            optimizer.Step();
        }

        return [.. parameters.SelectMany(parameter => TestTraining.Bits(parameter.Value).Concat(
            optimizer.StateNames(parameter).SelectMany(name => TestTraining.Bits(optimizer.State(parameter, name)))))];
    }
}
