using System.Diagnostics.Metrics;

namespace Optimi.Tests;

/// <summary>A listener of the meter.</summary>
internal sealed class MeterReadings : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<Instrument> _instruments = [];
    private readonly List<double> _norms = new(10_000);
    private readonly Dictionary<(string Instrument, string? Device, string? Optimizer), long> _totals = [];

    public MeterReadings()
    {
        Telemetry.Publisher.Join();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != Telemetry.MeterName)
                return;
            _instruments.Add(instrument);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            _totals[(instrument.Name, TagOf(tags, Telemetry.DeviceTag), TagOf(tags, Telemetry.OptimizerTag))] = value);
        _listener.SetMeasurementEventCallback<double>((_, value, _, _) => _norms.Add(value));
        _listener.Start();
    }

    /// <summary>The instruments of the meter.</summary>
    public IReadOnlyList<Instrument> Instruments => _instruments;

    /// <summary>The norms that were told, in their order.</summary>
    public IReadOnlyList<double> Norms => _norms;

    /// <summary>What an instrument tells now of a device, or of an optimizer on it; 0 if nothing.</summary>
    public long Read(string instrument, ComputeDevice device, string? optimizer = null) => Read(instrument, device.Name, optimizer);

    /// <inheritdoc cref="Read(string, ComputeDevice, string?)"/>
    public long Read(string instrument, string device, string? optimizer = null)
    {
        _listener.RecordObservableInstruments();
        return _totals.GetValueOrDefault((instrument, device, optimizer));
    }

    public void Dispose() => _listener.Dispose();

    private static string? TagOf(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach ((string tag, object? value) in tags)
        {
            if (tag == name)
                return (string?)value;
        }

        return null;
    }
}
