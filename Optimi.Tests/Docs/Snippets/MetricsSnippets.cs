using Optimi;

namespace Snippets;

/// <summary>The code of the page on metrics.</summary>
internal sealed class MetricsSnippets
{
    [Test]
    public void A_listener()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("weight", DType.Float32, 3).Gradient.Fill(1);
        using var optimizer = new AdamW(parameters, lr: 1e-3) { MaxNorm = 1 };
        Telemetry.Publisher.Join();

        using var listener = new System.Diagnostics.Metrics.MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == Telemetry.MeterName)
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, total, tags, _) => Console.WriteLine($"{instrument.Name} {total}"));
        listener.SetMeasurementEventCallback<double>((instrument, norm, tags, _) => Console.WriteLine($"{instrument.Name} {norm}"));
        listener.Start();

        optimizer.Step();
        Assert.DoesNotThrow(listener.RecordObservableInstruments);
    }
}
