namespace Optimi.Tests;

/// <summary>Squares of gradients beyond float16's range, under float16 parameters with default options.</summary>
internal sealed class Float16RangeTests
{
    private const double Lr = 1e-3;

    private const double Epsilon = 1e-6;

    private static IEnumerable<TestCaseData> Cases =>
        from device in TestDevice.Kinds
        from gradients in (float[][])[[300, 1], [1e-4f, 1e-4f], [3e-5f, 1e-4f]]
        select new TestCaseData(device, gradients[0], gradients[1]);

    [TestCaseSource(nameof(Cases))]
    public void Steps_are_those_of_float64(TestDevice row, float first, float then)
    {
        const int Steps = 300;
        using var parameters = new ParameterBuffer(row.Shared);
        Parameter parameter = parameters.Add("p", DType.Float16, 3);
        parameter.Value.Fill(1);
        var options = new AdamOptions { Lr = Lr, Epsilon = Epsilon };
        using var optimizer = new Adam(parameters, options);
        var reference = new PlainReference(options, 1);
        for (int step = 1; step <= Steps; step++)
        {
            float gradient = (float)(Half)(step == 1 ? first : then);
            parameter.Gradient.Fill(gradient);
            optimizer.Step();
            PlainReference.Step([reference], [gradient]);
        }

        var values = new float[3];
        parameter.Value.CopyTo(values);
        // 8 bits of precision in a moment that stops following where it is near its limit.
        Assert.That(1 - values[0], Is.EqualTo(1 - reference.Parameter).Within(3).Percent);
    }
}
