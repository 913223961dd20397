using System.Text;
using System.Text.Json;

namespace Optimi;

/// <summary>Writes a manifest as JSON. By hand, because a serializer would need reflection, which trimmed and natively compiled programs
/// lack.</summary>
internal static class ManifestWriter
{
    public static string Write(CheckpointManifest manifest)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            Write(json, manifest);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter json, CheckpointManifest manifest)
    {
        json.WriteStartObject();
        json.WriteNumber(ManifestNames.Version, manifest.Version);
        json.WriteString(ManifestNames.Convention, ManifestNames.Of(manifest.Convention));
        json.WriteStartArray(ManifestNames.Optimizers);
        foreach (SavedOptimizer optimizer in manifest.Optimizers)
            Write(json, optimizer);
        json.WriteEndArray();
        if (manifest.Gate is GateState gate)
            Write(json, gate);
        json.WriteStartArray(ManifestNames.Schedules);
        foreach (ScheduleState schedule in manifest.Schedules)
            ScheduleStateJson.Write(json, schedule);
        json.WriteEndArray();
        if (manifest.Scaler is SavedScaler scaler)
        {
            json.WriteStartObject(ManifestNames.Scaler);
            json.WriteNumber(ManifestNames.Scale, scaler.Scale);
            json.WriteNumber(ManifestNames.GrowthTracker, scaler.GrowthTracker);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SavedOptimizer optimizer)
    {
        json.WriteStartObject();
        json.WriteString(ManifestNames.Kind, optimizer.Kind);
        json.WriteString(ManifestNames.Rule, optimizer.Rule);
        json.WriteBoolean(ManifestNames.Averages, optimizer.Averages);
        Write(json, optimizer.Gate);
        json.WriteStartArray(ManifestNames.Groups);
        foreach (SavedGroup group in optimizer.Groups)
            Write(json, group);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, GateState gate)
    {
        json.WriteStartObject(ManifestNames.Gate);
        json.WriteNumber(ManifestNames.SkippedSteps, gate.SkippedSteps);
        if (gate.Sum is float sum)
        {
            json.WritePropertyName(ManifestNames.SquaresSum);
            JsonNumber.Write(json, sum);
        }

        json.WriteBoolean(ManifestNames.HasClosed, gate.HasClosed);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SavedGroup group)
    {
        json.WriteStartObject();
        json.WriteStartArray(ManifestNames.Parameters);
        foreach (string name in group.Parameters)
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteNumber(ManifestNames.Lr, group.Lr);
        json.WriteNumber(ManifestNames.MaxLr, group.MaxLr);
        if (group.CompressedStates)
            json.WriteString(ManifestNames.StateDType, ManifestNames.Compressed);
        else if (group.StateDType is DType states)
            json.WriteString(ManifestNames.StateDType, TensorTypes.Of(states));
        if (group.WeightBits is int bits)
            json.WriteNumber(ManifestNames.WeightBits, bits);
        json.WriteStartObject(ManifestNames.Options);
        foreach ((string name, OptionValue value) in group.Options)
        {
            json.WritePropertyName(name);
            Write(json, value);
        }

        json.WriteEndObject();
        json.WriteStartObject(ManifestNames.Debiased);
        foreach ((string state, double beta) in group.Debiased)
            json.WriteNumber(state, beta);
        json.WriteEndObject();
        json.WriteStartObject(ManifestNames.TorchNames);
        foreach ((string state, string name) in group.TorchNames)
            json.WriteString(state, name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, OptionValue value)
    {
        switch (value.Kind)
        {
            case OptionKind.Flag:
                json.WriteBooleanValue(value.Numbers[0] != 0);
                break;
            case OptionKind.Number:
                JsonNumber.Write(json, value.Numbers[0]);
                break;
            default:
                json.WriteStartArray();
                foreach (double number in value.Numbers)
                    JsonNumber.Write(json, number);
                json.WriteEndArray();
                break;
        }
    }
}
