using System.Diagnostics.Metrics;

namespace Optimi;

/// <summary>What the meter has. The meter keeps those that read totals.</summary>
internal static class Instruments
{
    /// <summary>The norms of all gradients, each told by the step that finds it; null until listeners see the instruments.</summary>
    public static Histogram<double>? GradientNorm { get; private set; }

    /// <summary>Lets listeners see the instruments.</summary>
    public static void Publish()
    {
        var meter = new Meter(Telemetry.MeterName, typeof(Instruments).Assembly.GetName().Version?.ToString(3));
        meter.CreateObservableCounter(
            "optimi.steps", Telemetry.Steps.Measure, "{step}", "Steps that were made.");
        meter.CreateObservableCounter(
            "optimi.skipped_steps", Telemetry.SkippedSteps.Measure, "{step}", "Steps that were skipped because a gradient was not finite.");
        meter.CreateObservableCounter(
            "optimi.launches", Telemetry.Launches.Measure, "{launch}", "Launches of kernels, or of the host's loops.");
        meter.CreateObservableUpDownCounter(
            "optimi.memory.usage", Telemetry.Memory.Measure, "By", "Memory held for parameters, gradients, states and tables.");
        GradientNorm = meter.CreateHistogram(
            "optimi.gradient.norm",
            unit: "1",
            "The norm of all gradients of a step that was made, unscaled and before clipping.",
            tags: null,
            // Norms may be of any size, so each limit is about three times the one before.
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000],
            });
    }
}
