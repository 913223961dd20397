using System.Numerics.Tensors;

namespace Optimi.Tests;

/// <summary>What becomes a tensor by itself.</summary>
internal sealed class TensorSpanTests
{
    private static readonly SGDOptions _sgd = new() { Lr = 1 };

    [Test]
    public void Dense_tensors_of_the_runtimes_own_are_stepped()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        float[] gradients = [1, 1, 1, 1, 1, 1];
        Functional.Step(_sgd, 1, new TensorSpan<float>(values, [2, 3]), new ReadOnlyTensorSpan<float>(gradients, [3, 2]));
        Assert.That(values, Is.EqualTo(new float[] { 0, 1, 2, 3, 4, 5 }));
        Functional.Step(_sgd, 1, default(TensorSpan<float>), default(ReadOnlyTensorSpan<float>));
    }

    [Test]
    public void Tensors_with_gaps_are_refused() => Assert.That(
        () => Functional.Step(_sgd, 1, new TensorSpan<float>(new float[6], [2, 2], [3, 1]), new float[4]),
        Throws.TypeOf<ParameterException>().With.Message.Contains("[2, 2] is not dense"));

    [Test]
    public unsafe void Memory_at_an_address_is_stepped()
    {
        float[] values = [1, 2, 3];
        BFloat16[] gradients = [(BFloat16)1, (BFloat16)1, (BFloat16)1];
        fixed (float* value = values)
        {
            fixed (BFloat16* gradient = gradients)
            {
                var span = new TensorSpan((nint)value, DType.Float32, 3);
                Functional.Step(_sgd, 1, span, new ReadOnlyTensorSpan((nint)gradient, DType.BFloat16, 3));
                // What is written can be read, too.
                Functional.Step(_sgd, 1, span, span);
            }
        }

        Assert.That(values, Is.All.Zero);
    }

    [Test]
    public void More_numbers_than_a_step_takes_are_refused() => Assert.That(
        () => Functional.Step(
            _sgd, 1, new TensorSpan(64, DType.Float32, (nint)1 << 40), new ReadOnlyTensorSpan(64, DType.Float32, (nint)1 << 40)),
        Throws.TypeOf<ParameterException>().With.Message.Contains("cut the tensor in parts"));
}
