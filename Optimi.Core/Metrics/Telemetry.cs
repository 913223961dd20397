namespace Optimi;

/// <summary>
/// What operators see of the trainings in this process: a meter of <c>System.Diagnostics.Metrics</c>, which OpenTelemetry and
/// <c>dotnet-counters</c> read. Its instruments are there soon after the first device is opened, and have counted since then.
/// </summary>
public static class Telemetry
{
    /// <summary>The meter's name, which OpenTelemetry's <c>AddMeter</c> takes.</summary>
    public const string MeterName = "Optimi";

    /// <summary>The tag with a device's name, such as <c>cuda:0</c>.</summary>
    internal const string DeviceTag = "optimi.device";

    /// <summary>The tag with an optimizer's name, such as <c>AdamW</c>.</summary>
    internal const string OptimizerTag = "optimi.optimizer";

    private static int _hasWarned;

    /// <summary>Steps that were made.</summary>
    internal static Totals Steps { get; } = new();

    /// <summary>Steps that were skipped.</summary>
    internal static Totals SkippedSteps { get; } = new();

    /// <summary>Launches.</summary>
    internal static Totals Launches { get; } = new();

    /// <summary>Bytes that are allocated.</summary>
    internal static Totals Memory { get; } = new();

    /// <summary>Ends once listeners see the instruments. A process' first meter takes .NET 10 ms, which neither a device that is opened
    /// nor a step waits for; nor do they for the thread pool to start.</summary>
    internal static Thread Publisher { get; } = BeginPublishing();

    /// <summary>Warns, once in a process, that a listener throws.</summary>
    internal static void WarnOfListener(Optimizer optimizer, Exception error)
    {
        if (Interlocked.Exchange(ref _hasWarned, 1) == 0)
            Warnings.Raise(optimizer, $"A listener of the meter '{MeterName}' threw when it was told a gradient norm: {error.Message}");
    }

    private static Thread BeginPublishing()
    {
        var publisher = new Thread(Publish) { IsBackground = true, Name = "Optimi meter" };
        publisher.Start();
        return publisher;
    }

    private static void Publish()
    {
        try
        {
            Instruments.Publish();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Here nobody could catch what a listener throws, and the process would end.
            Warnings.Raise(
                typeof(Telemetry), $"The meter '{MeterName}' lacks instruments, because a listener threw when it was told of them: {error.Message}");
        }
    }
}
