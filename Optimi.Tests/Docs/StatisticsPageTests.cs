using System.Globalization;

namespace Optimi.Tests;

/// <summary>The figures on the page on statistics are those that a training gives.</summary>
internal sealed class StatisticsPageTests
{
    private const int Length = 1 << 14;

    private static readonly double[] _rates = [1e-3, 1e-4, 1e-5, 1e-6];

    /// <summary>The hundredth step of AdamW without weight decay and without Kahan summation, gradients of normal noise.</summary>
    [Test]
    public void Shares_are_those_of_the_page()
    {
        var rows = new List<string>();
        foreach ((string name, double mean, double deviation) in (IEnumerable<(string, double, double)>)
            [("around 1", 1, 0.1), ("of size 0.02", 0, 0.02)])
        {
            foreach (DType dtype in (DType[])[DType.BFloat16, DType.Float16, DType.Float32])
                rows.Add($"| {name} | {Name(dtype)} | {string.Join(" | ", _rates.Select(lr => Text(Share(dtype, lr, mean, deviation))))} |");
        }

        string page = ReadmeTests.Resource("statistics.md");
        Assert.Multiple(() =>
        {
            foreach (string row in rows)
                Assert.That(page, Does.Contain(row));
        });
    }

    private static double Share(DType dtype, double lr, double mean, double deviation)
    {
        var random = new Random(1);
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", dtype, Length);
        parameter.Value.CopyFrom(Normal(random, mean, deviation));
        using var optimizer = new AdamW(parameters, new AdamWOptions { Lr = lr, WeightDecay = 0, Kahan = false });
        for (int step = 1; step < 100; step++)
        {
            parameter.Gradient.CopyFrom(Normal(random, 0, 1));
            optimizer.Step();
        }

        parameter.Gradient.CopyFrom(Normal(random, 0, 1));
        return optimizer.StepWithStatistics().RoundedAwayShare;
    }

    private static float[] Normal(Random random, double mean, double deviation)
    {
        var numbers = new float[Length];
        for (int i = 0; i < Length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            numbers[i] = (float)(mean + (deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble())));
        }

        return numbers;
    }

    private static string Name(DType dtype) => dtype switch
    {
        DType.BFloat16 => "bf16",
        DType.Float16 => "float16",
        _ => "float32",
    };

    /// <summary>Whole percents, so that another system's logarithm in its last bit changes nothing.</summary>
    private static string Text(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %");
}
