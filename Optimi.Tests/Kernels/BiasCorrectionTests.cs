using Optimi.Kernels;

namespace Optimi.Tests;

internal sealed class BiasCorrectionTests
{
    [TestCase(0.9)]
    [TestCase(0)]
    public void The_first_step_takes_the_gradient_as_it_is(double beta) => Assert.That(BiasCorrection.DebiasedBeta(beta, 1), Is.Zero);

    [TestCase(0.9, 1000)]
    [TestCase(0.99, 100_000)]
    [TestCase(0.9999, 100_000)]
    public void Late_steps_use_beta_itself(double beta, long step) =>
        Assert.That(BiasCorrection.DebiasedBeta(beta, step), Is.EqualTo(beta).Within(1e-4));

    [TestCase(0.9)]
    [TestCase(0.999)]
    public void The_average_of_equal_numbers_is_that_number(double beta)
    {
        double average = 0;
        for (long step = 1; step <= 50; step++)
        {
            double hat = BiasCorrection.DebiasedBeta(beta, step);
            average = (hat * average) + ((1 - hat) * 3);
            Assert.That(average, Is.EqualTo(3).Within(1e-12));
        }
    }
}
