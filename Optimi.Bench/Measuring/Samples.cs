namespace Optimi.Bench;

/// <summary>What is told of repeated measurements.</summary>
internal static class Samples
{
    /// <summary>The median.</summary>
    public static double Median(IEnumerable<double> samples) => Quantile(samples, 0.5);

    /// <summary>The interquartile range as a share of the median.</summary>
    public static double Spread(IReadOnlyCollection<double> samples) =>
        (Quantile(samples, 0.75) - Quantile(samples, 0.25)) / Median(samples);

    /// <summary>A quantile, between two samples where it falls between them.</summary>
    private static double Quantile(IEnumerable<double> samples, double share)
    {
        double[] sorted = [.. samples.Order()];
        double at = share * (sorted.Length - 1);
        double low = sorted[(int)at];
        return low + ((at - Math.Floor(at)) * (sorted[(int)Math.Ceiling(at)] - low));
    }
}
