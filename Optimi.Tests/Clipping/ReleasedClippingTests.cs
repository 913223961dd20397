using Optimi.Bench;

namespace Optimi.Tests;

/// <summary>Clipping with gradient release: the norm of the step before clips, and a parameter is skipped by itself.</summary>
internal sealed class ReleasedClippingTests
{
    private const double MaxNorm = 0.5;

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void The_norm_of_the_last_closed_step_clips(TestDevice row)
    {
        using var tensors = new ClippedTensors(row.Shared);
        using var expected = new ClippedTensors(row.Shared, DType.Float32);
        using var released = new AdamW(tensors.All, lr: 0.01) { GradientRelease = true, MaxNorm = MaxNorm };
        using var plain = new AdamW(expected.All, lr: 0.01);
        var model = new ReplayedModel();
        GradientRelease.Prepare(model, released);
        float factor = 1;
        for (int step = 1; step <= 4; step++)
        {
            var sums = new float[tensors.All.Count];
            for (int i = 0; i < tensors.All.Count; i++)
            {
                float[] gradient = ClippedTensors.Numbers(tensors.All[i], step);
                // In the third step one tensor's gradient is not finite: it is skipped and counts nothing.
                bool isBad = (step, i) == (3, 4);
                if (isBad)
                    gradient[7] = float.NaN;
                model.Release(tensors.All[i], gradient);
                if (isBad)
                    continue;
                sums[i] = ClipReference.Squares(gradient, 1);
                expected.All[i].Gradient.CopyFrom([.. gradient.Select(number => number * factor)]);
                plain.Step(expected.All[i]);
            }

            released.Step();
            float squares = ClipReference.TreeSum(sums);
            factor = ClipReference.Factor(squares, MaxNorm, 1);
            Assert.That(released.GradientNorm, Is.EqualTo(MathF.Sqrt(squares)));
        }

        Assert.Multiple(() =>
        {
            Assert.That(released.SkippedSteps, Is.EqualTo(1));
            Assert.That(tensors.All.Select(released.StepCount), Is.EqualTo(new[] { 4, 4, 4, 4, 3, 4 }));
            Assert.That(tensors.Bits(released), Is.EqualTo(expected.Bits(plain)));
        });
    }

    [Test]
    public void A_parameter_that_got_no_gradient_counts_nothing()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var tensors = new ClippedTensors(device);
        using var released = new AdamW(tensors.All, lr: 0.01) { GradientRelease = true, MaxNorm = MaxNorm };
        var model = new ReplayedModel();
        GradientRelease.Prepare(model, released);
        model.Release(tensors.All[1], ClippedTensors.Numbers(tensors.All[1], 1));
        model.Release(tensors.All[2], ClippedTensors.Numbers(tensors.All[2], 1));
        released.Step();
        model.Release(tensors.All[2], ClippedTensors.Numbers(tensors.All[2], 2));
        released.Step();
        Assert.That(
            released.GradientNorm,
            Is.EqualTo(MathF.Sqrt(ClipReference.TreeSum([0, 0, ClipReference.Squares(ClippedTensors.Numbers(tensors.All[2], 2), 1), 0, 0, 0]))));
    }
}
