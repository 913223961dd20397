using Optimi.Bench;

namespace Optimi.Tests;

internal sealed class SamplesTests
{
    [TestCase(new double[] { 3 }, 3, 0)]
    [TestCase(new double[] { 4, 1, 3, 2 }, 2.5, 0.6)]
    [TestCase(new double[] { 5, 1, 100, 2, 4 }, 4, 0.75)]
    public void Median_and_spread_are_those_of_the_quartiles(double[] samples, double median, double spread)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Samples.Median(samples), Is.EqualTo(median));
            Assert.That(Samples.Spread(samples), Is.EqualTo(spread).Within(1e-12));
        });
    }
}
