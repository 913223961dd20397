using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>The README's C# stands here too, where it is compiled and run, and that of the other pages beside it; every block of them
/// must be found.</summary>
internal sealed partial class ReadmeTests
{
    private static IEnumerable<string> Resources => typeof(ReadmeTests).Assembly.GetManifestResourceNames();

    private static IEnumerable<TestCaseData> Blocks =>
        from page in Resources.Where(name => name.EndsWith(".md", StringComparison.Ordinal))
        from block in CSharpBlock().Matches(Resource(page)).Index()
        select new TestCaseData(Normalized(block.Item.Groups[1].Value)).SetArgDisplayNames($"{page}, block {block.Index + 1}");

    [TestCaseSource(nameof(Blocks))]
    public void Every_block_of_the_pages_is_compiled(string block)
    {
        string compiled = Normalized(string.Concat(Resources.Where(name => name.EndsWith(".cs", StringComparison.Ordinal)).Select(Resource)));
        Assert.That(compiled, Does.Contain(block));
    }

    [Test]
    public void There_are_blocks() => Assert.That(Blocks.Count(), Is.GreaterThanOrEqualTo(5));

    [Test]
    public void Quick_start()
    {
        var gradient = new float[256 * 128];

        using var device = ComputeDevice.Open("auto");
        using var parameters = new ParameterBuffer(device);
        Parameter weight = parameters.Add("fc1.weight", DType.BFloat16, 256, 128);
        using var optimizer = new AdamW(parameters, lr: 1e-3, weightDecay: 1e-5, decoupleLr: true);
        weight.Gradient.CopyFrom(gradient);
        optimizer.Step();

        Assert.That(optimizer.StepCount(weight), Is.EqualTo(1));
    }

    [Test]
    public void Parameters()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);

        Parameter bias = parameters.Add("fc1.bias", DType.Float32, 256);
        bias.Value.Fill(0);
        Span<float> gradients = bias.Gradient.AsSpan<float>();
        gradients[0] = 0.5f;

        Assert.That(bias.HasGradient, Is.True);
    }

    [Test]
    public void Groups()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter[] matrices = [parameters.Add("matrix", DType.BFloat16, 3, 3)];
        Parameter[] biases = [parameters.Add("bias", DType.BFloat16, 3)];

        var defaults = new AdamWOptions { Lr = 1e-3, WeightDecay = 0.1 };
        using var optimizer = new AdamW(matrices, defaults);
        optimizer.AddGroup(biases, defaults with { WeightDecay = 0, Kahan = false });
        optimizer.Groups[1].Lr = 2e-3;
        optimizer.Lr *= 0.99;
        optimizer.Step();
        TensorStorage firstMoment = optimizer.State(matrices[0], "exp_avg");

        Assert.That(firstMoment.Length, Is.EqualTo(9));
    }

    [Test]
    public void Own_memory()
    {
        float[] weight = [1, 2], gradient = [1, -1], expAvg = [0, 0], expAvgSq = [0, 0];

        var adamW = new AdamWOptions { Lr = 1e-3 };
        for (int step = 1; step <= 10; step++)
            Functional.Step(adamW, step, weight, gradient, expAvg, expAvgSq);

        Assert.That(weight, Is.EqualTo(new[] { 0.99f, 2.01f }).Within(1e-3));
    }

    [Test]
    public void Own_memory_of_a_device()
    {
        using var device = ComputeDevice.Open("cpu-simulated");
        using var buffer = device.Accelerator.Allocate2DDenseX<float>(new(64, 4));
        buffer.MemSetToZero();
        ArrayView<float> weightView = Row(0), gradientView = Row(1), expAvgView = Row(2), expAvgSqView = Row(3);
        gradientView.MemSet(0x3F);
        var adamW = new AdamWOptions { Lr = 1e-3 };

        Functional.Step(device, adamW, step: 1, weightView, gradientView, expAvgView, expAvgSqView);

        Assert.That(expAvgView.GetAsArray(), Is.All.GreaterThan(0));

        ArrayView<float> Row(int row) => buffer.View.AsContiguous().SubView(64 * row, 64);
    }

    [Test]
    public void Own_rule()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("weight", DType.Float32, 3).Gradient.Fill(1);

        using var optimizer = new Optimizer<SignMomentumRule<ScalarLane>>(parameters, new SignMomentumOptions { Lr = 1e-3 });
        optimizer.Step();

        var values = new float[3];
        parameters["weight"].Value.CopyTo(values);
        Assert.That(values, Is.All.EqualTo(-1e-3f));
    }

    internal static string Resource(string name)
    {
        using Stream stream = typeof(ReadmeTests).Assembly.GetManifestResourceStream(name)!;
        return new StreamReader(stream).ReadToEnd();
    }

    private static string Normalized(string code) => WhiteSpace().Replace(code, " ").Trim();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex("\\s+")]
    private static partial Regex WhiteSpace();
}
