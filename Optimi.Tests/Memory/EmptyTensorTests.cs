using ILGPU;

namespace Optimi.Tests;

/// <summary>Tensors without numbers, which models have here and there: they take part, and nothing happens to them.</summary>
internal sealed class EmptyTensorTests
{
    private static IEnumerable<TestCaseData> Cases =>
        from device in TestDevice.Kinds
        from optimizer in TestOptimizer.All
        select new TestCaseData(device, optimizer).LongIf(
            device.Name == "opencl" && optimizer.Name is not ("adamw" or "stableadamw"));

    [TestCaseSource(nameof(Cases))]
    public void Among_others_they_change_nothing(TestDevice row, TestOptimizer optimizer)
    {
        float[][] with = Train(row.Shared, optimizer, isWith: true);
        float[][] without = Train(row.Shared, optimizer, isWith: false);
        Assert.That(with, Is.EqualTo(without));
    }

    [TestCaseSource(nameof(Cases))]
    public void Alone_they_are_stepped_and_counted(TestDevice row, TestOptimizer optimizer)
    {
        using var parameters = new ParameterBuffer(row.Shared);
        Parameter[] empty = [parameters.Add("a", DType.Float32, 0), parameters.Add("b", DType.BFloat16, 3, 0), parameters.Add("c", DType.Float16, 0, 0)];
        using Optimizer created = optimizer.Create(new ParameterGroup(parameters, optimizer.Options));
        foreach (Parameter parameter in empty)
        {
            parameter.Value.Fill(1);
            parameter.Value.CopyFrom(ReadOnlySpan<float>.Empty);
            parameter.Gradient.CopyFrom(Array.Empty<float>());
        }

        created.PrepareAsync().GetAwaiter().GetResult();
        created.Step();
        created.Step(empty[1]);
        created.ZeroGradients();
        parameters.ZeroGradients();
        row.Shared.Synchronize();
        Assert.Multiple(() =>
        {
            Assert.That(empty.Select(created.StepCount), Is.EqualTo((long[])[1, 2, 1]));
            foreach (Parameter parameter in empty)
            {
                Assert.That(parameter.Length, Is.Zero);
                Assert.That(parameter.HasGradient, Is.True);
                Assert.That(created.StateNames(parameter).Select(name => created.State(parameter, name).Length), Is.All.Zero);
                parameter.Value.CopyTo(Span<float>.Empty);
            }

            Assert.That(empty[0].Value.AsArrayView<float>().Length, Is.Zero);
            if (row.Shared.IsHost)
                Assert.That(empty[0].Gradient.AsSpan<float>().Length, Is.Zero);
        });
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Functions_leave_them_alone(TestDevice row)
    {
        var options = new AdamWOptions { Lr = 1 };
        float[] none = [], one = [1], gradient = [1], m = [0], v = [0];
        Functional.Step(options, 1, none, none, none, none);
        Functional.Step(options, 1, [new TensorSlots(none, none, none, none), new TensorSlots(one, gradient, m, v)]);
        Functional.Step(new StableAdamWOptions { Lr = 1 }, 1, none, none, none, none);
        Functional.Step(row.Shared, options, 1, ArrayView<float>.Empty, ArrayView<float>.Empty);
        Assert.That(m[0], Is.EqualTo(1));
        Assert.That(
            () => Functional.Step(options, 1, none, gradient, none, none),
            Throws.TypeOf<ParameterException>().With.Message.Contains("0 values, but 1 numbers of gradients"));
    }

    [Test]
    public void They_are_gone_with_their_buffer()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        var parameters = new ParameterBuffer(device);
        Parameter empty = parameters.Add("p", DType.BFloat16, 0);
        parameters.Dispose();
        Assert.Multiple(() =>
        {
            Assert.That(() => empty.Value.Fill(1), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => empty.Value.CopyFrom(ReadOnlySpan<float>.Empty), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => empty.Value.CopyTo(Span<float>.Empty), Throws.TypeOf<ObjectDisposedException>());
        });
    }

    private static float[][] Train(ComputeDevice device, TestOptimizer optimizer, bool isWith)
    {
        var random = new Random(5);
        using var parameters = new ParameterBuffer(device);
        var tensors = new List<Parameter>();
        foreach (DType dtype in Enum.GetValues<DType>())
        {
            AddEmpty($"{dtype} first");
            foreach (int length in (int[])[300, 256])
            {
                Parameter tensor = parameters.Add($"{dtype} {length}", dtype, length);
                tensor.Value.CopyFrom(TestTraining.Numbers(random, length));
                tensors.Add(tensor);
                AddEmpty($"{dtype} after {length}");
            }
        }

        using Optimizer created = optimizer.Create(new ParameterGroup(parameters, optimizer.Options));
        created.PrepareAsync().GetAwaiter().GetResult();
        for (int step = 0; step < 3; step++)
        {
            foreach (Parameter tensor in tensors)
                tensor.Gradient.CopyFrom(TestTraining.Numbers(random, (int)tensor.Length));
            created.Step();
        }

        return [.. tensors.Select(tensor => TestTraining.Numbers(tensor.Value))];

        void AddEmpty(string name)
        {
            if (isWith)
                parameters.Add(name, Enum.Parse<DType>(name.Split(' ')[0]), 0, 5).HasGradient = true;
        }
    }
}
