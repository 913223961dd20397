using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>What is not a number stays none, whatever its bits: a training that diverges must be seen to.</summary>
internal sealed class NonFiniteTests
{
    private static IEnumerable<TestCaseData> Cases =>
        from device in TestDevice.AllShapes
        from variant in TestOptimizer.AllVariants
        select new TestCaseData(device, variant.DType, variant.Kahan, variant.States);

    [TestCaseSource(nameof(Cases))]
    public void NaN_in_a_gradient_or_state_reaches_the_parameter(TestDevice row, DType dtype, bool kahan, DType? states)
    {
        ComputeDevice device = row.Shared;
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", dtype, 8);
        parameter.Value.Fill(1);
        using var optimizer = new SGD(parameters, new SGDOptions { Lr = 1, Momentum = 0.5, Kahan = kahan, StateDType = states });
        // NaNs of either sign, with no bit set but the one that makes them quiet, with all, and with low ones.
        parameter.Gradient.CopyFrom([Bits(0x7FC00000), Bits(0xFFC00000), Bits(0x7FFFFFFF), Bits(0xFFFFFFFF), 0, 0, 0, 0]);
        optimizer.State(parameter, StateName.ExpAvg).CopyFrom(
            [0, 0, 0, 0, Bits(0x7FFFFFFF), Bits(0xFFFF8001), 0, 0]);
        optimizer.Step();
        Check();
        parameter.Gradient.Fill(0);
        optimizer.Step();
        Check();

        void Check()
        {
            var values = new float[8];
            parameter.Value.CopyTo(values);
            Assert.That(values.Take(6), Is.All.NaN);
            Assert.That(values.Skip(6), Is.All.EqualTo(1));
            if (dtype == DType.Float32)
                return;
            // 0x7FC0 of bfloat16 and 0x7E00 of binary16, widened, whatever the sign.
            Assert.That(TestTraining.Bits(parameter.Value).Take(6).Select(bits => bits & 0x7FFFFFFF), Is.All.EqualTo(0x7FC00000));
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void One_NaN_costs_one_number_and_not_the_tensors_learning_rate(TestDevice row, DType dtype, bool kahan, DType? states)
    {
        const int Length = 300;
        const int Lost = 17;
        const int Steps = 20;
        using var parameters = new ParameterBuffer(row.Shared);
        Parameter parameter = parameters.Add("p", dtype, Length);
        parameter.Value.Fill(1);
        var options = new StableAdamWOptions { Lr = 0.01, WeightDecay = 0, Kahan = kahan, StateDType = states };
        using var optimizer = new StableAdamW(parameters, options);
        var gradient = new float[Length];
        for (int step = 1; step <= Steps; step++)
        {
            Array.Fill(gradient, 0.5f);
            gradient[Lost] = step == 3 ? float.NaN : 0.5f;
            parameter.Gradient.CopyFrom(gradient);
            optimizer.Step();
        }

        var values = new float[Length];
        parameter.Value.CopyTo(values);
        // Under a gradient that does not change, each step is lr, in float64 but for epsilon: 20 of 0.01.
        double exact = 1 - (Steps * options.Lr * 0.5 / (0.5 + options.Epsilon));
        Assert.That(values[Lost], Is.NaN);
        Assert.That(values.Where((_, i) => i != Lost), Is.All.EqualTo(exact).Within(kahan || dtype == DType.Float32 ? 0.5 : 10).Percent);
    }

    private static float Bits(uint bits) => BitConverter.UInt32BitsToSingle(bits);
}
