using CsCheck;

namespace Optimi.Tests;

/// <summary>Random options and gradients against <see cref="PlainReference"/>.</summary>
internal sealed class ReferenceTests
{
    private const int Length = 40;

    private static readonly Gen<double> _beta = Gen.Double[0, 0.99];

    /// <summary>A square that is forgotten at once may leave nothing to divide by but a rounding error.</summary>
    private static readonly Gen<double> _betaOfSquare = Gen.Double[0.5, 0.99];

    private static readonly Gen<OptimizerOptions> _options =
        from lr in Gen.Double[1e-4, 1e-2]
        from decay in Gen.Frequency((1, Gen.Const(0.0)), (2, Gen.Double[1e-3, 0.3]))
        from beta1 in _beta
        from beta2 in _betaOfSquare
        from beta3 in _betaOfSquare
        from flags in Gen.Bool.Array[3]
        from kind in Gen.Int[0, 7]
        let options = Options(kind, lr, beta1, beta2, beta3, flags)
        select options with { WeightDecay = decay, DecoupleLr = flags[2], MaxLr = lr * 2 };

    private static IEnumerable<TestCaseData> Storages =>
    [
        // A step rounds the update, a few operations away from it, to 2⁻²⁴ of itself or of what it is computed from, and the
        // parameter, of size 2 at most, to half an ulp.
        new TestCaseData(DType.Float32, 1e-4, Math.Pow(2, -23)).SetArgDisplayNames("float32"),
        // With float32 states, the compensation keeps what the parameter loses but for 2⁻⁹ of half an ulp of it a step; the
        // parameter itself ends half an ulp away at most.
        new TestCaseData(DType.BFloat16, 2e-4, Math.Pow(2, -16)).SetArgDisplayNames("bfloat16 + Kahan"),
        new TestCaseData(DType.Float16, 2e-4, Math.Pow(2, -21)).SetArgDisplayNames("float16 + Kahan"),
    ];

    [TestCaseSource(nameof(Storages))]
    public void Every_optimizer_does_what_its_paper_says(DType dtype, double ofUpdates, double ofParameter)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        double halfUlp = dtype switch
        {
            DType.Float32 => 0,
            DType.BFloat16 => Math.Pow(2, -8),
            _ => Math.Pow(2, -11),
        };
        Gen.Select(_options, Gen.Int[1, 40], Gen.UInt).Sample(
            (drawn, steps, seed) =>
            {
                // L2 decay takes the parameter as it is stored into the gradient, where rounding may turn a sign.
                OptimizerOptions options = dtype.IsLowPrecision() && drawn.HasL2 ? drawn with { WeightDecay = 0 } : drawn;
                (double[] distances, double scale) = Distances(device, options, dtype, steps, (int)seed);
                double bound = (steps * options.Lr * scale * ofUpdates) + (steps * ofParameter) + halfUlp;
                return distances.All(distance => distance <= bound);
            },
            iter: 300,
            threads: 1);
    }

    /// <summary>Gradients that are zero, tiny or huge, as far as their squares are float32 numbers, in tensors of one number.</summary>
    [Test]
    public void Extreme_gradients_do_what_the_papers_say(
        [ValueSource(typeof(TestOptimizer), nameof(TestOptimizer.All))] TestOptimizer optimizer,
        [Values(0f, 1e-15f, -1e-6f, 1f, -1e15f)] float gradient,
        [Values] bool comesAndGoes)
    {
        const int Steps = 25;
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.Float32, 1);
        parameter.Value.Fill(0.5f);
        PlainReference[] reference = [new(optimizer.Options, 0.5)];
        using Optimizer created = optimizer.Create(new ParameterGroup(parameters, optimizer.Options));
        for (int step = 0; step < Steps; step++)
        {
            float now = comesAndGoes && step % 3 != 0 ? 0 : gradient;
            parameter.Gradient.Fill(now);
            created.Step();
            PlainReference.Step(reference, [now]);
        }

        var actual = new float[1];
        parameter.Value.CopyTo(actual);
        double expected = reference[0].Parameter;
        Assert.That(actual[0], Is.EqualTo(expected).Within(1e-4 * (Math.Abs(expected) + (Steps * optimizer.Options.Lr))));
    }

    /// <summary>The bias corrections are long gone then; the parameter is rounded to 2⁻²⁵ of itself in each step.</summary>
    [Test]
    public void A_hundred_thousand_steps_end_where_they_should()
    {
        const int Steps = 100_000;
        var options = new AdamWOptions { Lr = 1e-5, Beta2 = 0.9999 };
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.Float32, 1);
        parameter.Value.Fill(1);
        PlainReference[] reference = [new(options, 1)];
        using var optimizer = new AdamW(parameters, options);
        Span<float> gradient = parameter.Gradient.AsSpan<float>();
        for (int step = 0; step < Steps; step++)
        {
            gradient[0] = (step % 7) - 2.5f;
            optimizer.Step();
            PlainReference.Step(reference, [gradient[0]]);
        }

        var actual = new float[1];
        parameter.Value.CopyTo(actual);
        Assert.That(actual[0], Is.EqualTo(reference[0].Parameter).Within(Steps * Math.Pow(2, -24)));
        Assert.That(optimizer.StepCount(parameter), Is.EqualTo(Steps));
    }

    /// <summary>Distances to the reference, and how large a direction may be.</summary>
    private static (double[] Distances, double Scale) Distances(
        ComputeDevice device, OptimizerOptions options, DType dtype, int steps, int seed)
    {
        var random = new Random(seed);
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", dtype, Length);
        float[] values = Draw(random, dtype);
        parameter.Value.CopyFrom(values);
        PlainReference[] references = [.. values.Select(value => new PlainReference(options, value))];
        OptimizerOptions used = options with { Kahan = true, StateDType = DType.Float32 };
        using Optimizer optimizer = TestOptimizer.All.First(row => row.Options.GetType() == options.GetType())
            .Create(new ParameterGroup(parameters, used));
        for (int step = 0; step < steps; step++)
        {
            float[] gradients = Draw(random, dtype);
            parameter.Gradient.CopyFrom(gradients);
            optimizer.Step();
            PlainReference.Step(references, gradients);
        }

        var actual = new float[Length];
        parameter.Value.CopyTo(actual);
        double scale = options is SGDOptions sgd ? 2 / (1 - sgd.Momentum) : 10;
        return ([.. actual.Zip(references).Where(pair => !pair.Second.IsOnTheBrink)
            .Select(pair => Math.Abs(pair.First - pair.Second.Parameter))], scale);
    }

    /// <summary>Numbers of either sign between 0.1 and 1, exact in a storage type.</summary>
    private static float[] Draw(Random random, DType dtype) => [.. Enumerable.Range(0, Length).Select(_ =>
    {
        float number = (float)((0.1 + (0.9 * random.NextDouble())) * (random.Next(2) == 0 ? 1 : -1));
        return dtype switch
        {
            DType.Float32 => number,
            DType.BFloat16 => (BFloat16)number,
            _ => (float)(Half)number,
        };
    })];

    private static OptimizerOptions Options(
        int kind, double lr, double beta1, double beta2, double beta3, bool[] flags) => kind switch
        {
            0 => new SGDOptions { Lr = lr, Momentum = flags[0] ? beta1 : 0, Dampening = flags[1], TorchInit = beta2 > 0.75, DecoupleWd = beta3 > 0.75 },
            1 => new AdamOptions { Lr = lr, Beta1 = beta1, Beta2 = beta2, DecoupleWd = flags[0] },
            2 => new AdamWOptions { Lr = lr, Beta1 = beta1, Beta2 = beta2 },
            3 => new LionOptions { Lr = lr, Beta1 = beta1, Beta2 = beta2 },
            4 => new RAdamOptions { Lr = lr, Beta1 = beta1, Beta2 = beta2, DecoupleWd = flags[0] },
            5 => new StableAdamWOptions { Lr = lr, Beta1 = beta1, Beta2 = beta2 },
            6 => new RangerOptions { Lr = lr, Beta1 = beta1, Beta2 = beta2, DecoupleWd = flags[0], Interval = flags[1] ? 3 : 6 },
            _ => new AdanOptions { Lr = lr, Beta1 = beta1, Beta2 = beta2, Beta3 = beta3, AdamWd = flags[0] },
        };
}
