namespace Optimi.Tests;

/// <summary>Adopted tensors between pages that may not be touched.</summary>
[Platform("Linux", Reason = "Pages are guarded by Linux's own calls.")]
internal sealed class GuardedPageTests
{
    private static readonly int[] _lengths = [1, 7, 255, 256, 257, 1000, 4097];

    private static IEnumerable<TestCaseData> Rows =>
        from device in TestDevice.All.Where(device => device.Name.StartsWith("cpu", StringComparison.Ordinal))
        from optimizer in TestOptimizer.All
        from dtype in (IEnumerable<DType>)[DType.Float32, DType.BFloat16]
        select new TestCaseData(device, optimizer, dtype).SetArgDisplayNames(device.Name, optimizer.Name, $"{dtype}");

    [TestCaseSource(nameof(Rows))]
    public void Nothing_before_and_behind_a_tensor_is_touched(TestDevice row, TestOptimizer optimizer, DType dtype)
    {
        using var values = new GuardedPage();
        using var gradients = new GuardedPage();
        foreach (int length in _lengths)
        {
            Step(values.AtEnd(dtype, length), gradients.AtEnd(dtype, length));
            Step(values.AtBegin(dtype, length), gradients.AtBegin(dtype, length));
            Step(values.AtEnd(dtype, length), gradients.AtBegin(dtype, length));
        }

        void Step(TensorMemory value, TensorMemory gradient)
        {
            using var parameters = new ParameterBuffer(row.Shared);
            Parameter parameter = parameters.Adopt("p", dtype, [(int)value.Length], value);
            parameter.Value.Fill(1);
            parameter.BindGradient(gradient);
            parameter.Gradient.Fill(0.5f);
            using Optimizer created = optimizer.Over(parameters, dtype != DType.Float32, null);
            created.Step();
            created.Step((parameter, gradient));
            parameter.Gradient.Add(new float[value.Length]);
            parameters.ZeroGradients();
            Assert.That(TestTraining.Numbers(parameter.Value), Is.All.LessThan(1));
        }
    }
}
