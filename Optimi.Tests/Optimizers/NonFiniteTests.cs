using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>What is not a number stays none, whatever its bits: a training that diverges must be seen to.</summary>
internal sealed class NonFiniteTests
{
    private static IEnumerable<TestCaseData> Cases =>
        from device in TestDevice.AllShapes
        from variant in TestOptimizer.Variants
        select new TestCaseData(device, variant.DType, variant.Kahan, variant.States);

    [TestCaseSource(nameof(Cases))]
    public void NaN_in_a_gradient_or_state_reaches_the_parameter(TestDevice row, DType dtype, bool kahan, DType? states)
    {
        ComputeDevice device = row.Shared;
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", dtype, 8);
        parameter.Value.Fill(1);
        using var optimizer = new SGD(parameters, new SgdOptions { Lr = 1, Momentum = 0.5, Kahan = kahan, StateDType = states });
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

    private static float Bits(uint bits) => BitConverter.UInt32BitsToSingle(bits);
}
