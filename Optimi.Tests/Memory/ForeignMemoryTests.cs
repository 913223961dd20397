namespace Optimi.Tests;

/// <summary>Values and gradients in memory of somebody else give the bits that memory of the library's own gives.</summary>
internal sealed class ForeignMemoryTests
{
    private const int Steps = 3;

    private static readonly int[] _lengths = [1, 255, 256, 300, 1025, 7, 512];

    private static IEnumerable<TestCaseData> Rows =>
        from device in TestDevice.All
        from optimizer in TestOptimizer.All
        from variant in (IEnumerable<(DType DType, bool Kahan)>)[(DType.Float32, false), (DType.BFloat16, true), (DType.Float16, true)]
        // PoCL compiles each of these kernels for the first time here.
        where device.Name != "opencl" || (optimizer.Name, variant.DType) is ("adamw", not DType.Float16) or ("stableadamw", DType.Float32)
        from isAligned in (bool[])[true, false]
        select new TestCaseData(device, optimizer, variant.DType, variant.Kahan, isAligned)
            .SetArgDisplayNames(device.Name, optimizer.Name, $"{variant.DType}", isAligned ? "aligned" : "unaligned");

    [TestCaseSource(nameof(Rows))]
    public void Adopted_tensors_are_stepped_where_they_lie(
        TestDevice row, TestOptimizer optimizer, DType dtype, bool kahan, bool isAligned)
    {
        ComputeDevice device = row.Shared;
        using var values = new ForeignMemory(device, dtype, _lengths, isAligned);
        using var gradients = new ForeignMemory(device, dtype, _lengths, isAligned);
        using var parameters = new ParameterBuffer(device);
        for (int i = 0; i < _lengths.Length; i++)
            parameters.Adopt($"p{i}", dtype, [_lengths[i]], values.View(i), gradients.View(i));
        uint[] bits = Train(parameters, optimizer, kahan, (step, i, numbers) => gradients.Write(i, numbers));
        Assert.Multiple(() =>
        {
            Assert.That(bits.SequenceEqual(Expected(optimizer, dtype, kahan)), Is.True);
            Assert.That(values.IsUntouchedBetween && gradients.IsUntouchedBetween, Is.True, "nothing beside the tensors is written");
        });
    }

    [TestCaseSource(nameof(Rows))]
    public void Gradients_that_pass_by_are_read_where_they_lie(
        TestDevice row, TestOptimizer optimizer, DType dtype, bool kahan, bool isAligned)
    {
        ComputeDevice device = row.Shared;
        using var gradients = new ForeignMemory(device, dtype, _lengths, isAligned);
        using var parameters = new ParameterBuffer(device, GradientMemory.None);
        for (int i = 0; i < _lengths.Length; i++)
            parameters.Add($"p{i}", dtype, _lengths[i]);
        uint[] bits = Train(
            parameters,
            optimizer,
            kahan,
            (step, i, numbers) => gradients.Write(i, numbers),
            (stepped, all) => Step(stepped, [.. all], gradients));
        Assert.Multiple(() =>
        {
            Assert.That(bits.SequenceEqual(Expected(optimizer, dtype, kahan)), Is.True);
            Assert.That(parameters.GradientBytes, Is.Zero);
            Assert.That(gradients.IsUntouchedBetween, Is.True);
        });
    }

    /// <summary>Steps one tensor by itself, and two pairs of layers in an order of their own.</summary>
    private static void Step(Optimizer optimizer, Parameter[] all, ForeignMemory gradients)
    {
        optimizer.Step(all[3], gradients.View(3));
        optimizer.Step((all[6], gradients.View(6)), (all[0], gradients.View(0)), (all[2], gradients.View(2)));
        if (all[0].Buffer.Device.IsHost)
            optimizer.Step((all[1], gradients.Memory(1)), (all[4], gradients.Memory(4)), (all[5], gradients.Memory(5)));
        else
            optimizer.Step((all[1], gradients.View(1)), (all[4], gradients.View(4)), (all[5], gradients.View(5)));
    }

    private static uint[] Expected(TestOptimizer optimizer, DType dtype, bool kahan)
    {
        using ComputeDevice host = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(host);
        for (int i = 0; i < _lengths.Length; i++)
            parameters.Add($"p{i}", dtype, _lengths[i]);
        return Train(parameters, optimizer, kahan, (step, i, numbers) => parameters[$"p{i}"].Gradient.CopyFrom(numbers));
    }

    private static uint[] Train(
        ParameterBuffer parameters,
        TestOptimizer kind,
        bool kahan,
        Action<int, int, float[]> write,
        Action<Optimizer, ParameterBuffer>? step = null)
    {
        var random = new Random(11);
        foreach (Parameter parameter in parameters)
            parameter.Value.CopyFrom(TestTraining.Numbers(random, (int)parameter.Length));
        using Optimizer optimizer = kind.Over(parameters, kahan, null);
        for (int i = 0; i < Steps; i++)
        {
            foreach ((int tensor, Parameter parameter) in parameters.Index())
                write(i, tensor, TestTraining.Numbers(random, (int)parameter.Length));
            if (step is null)
                optimizer.Step();
            else
                step(optimizer, parameters);
        }

        return [.. parameters.SelectMany(parameter => TestTraining.Bits(parameter.Value).Concat(
            optimizer.StateNames(parameter).SelectMany(name => TestTraining.Bits(optimizer.State(parameter, name)))))];
    }
}
