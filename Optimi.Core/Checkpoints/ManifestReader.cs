using System.Text.Json;

namespace Optimi;

/// <summary>Reads a manifest.</summary>
internal static class ManifestReader
{
    /// <summary>As deep as the writer of JSON goes: schedules of schedules are nested.</summary>
    private const int MostDepth = 1000;

    /// <summary>The manifest of a file.</summary>
    /// <returns>Null if the file has none: others wrote it.</returns>
    /// <exception cref="CheckpointFormatException">It is malformed, or of a later version.</exception>
    public static CheckpointManifest? Read(TensorFile file)
    {
        if (!file.Metadata.TryGetValue(CheckpointKeys.Manifest, out string? text))
            return null;
        try
        {
            using JsonDocument json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MostDepth });
            return Manifest(file, json.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException
            or ArgumentException or OverflowException)
        {
            throw new CheckpointFormatException(
                $"{file.Name} is no checkpoint: its metadata '{CheckpointKeys.Manifest}' is malformed: {error.Message}", error);
        }
    }

    private static CheckpointManifest Manifest(TensorFile file, JsonElement json)
    {
        int version = json.GetProperty(ManifestNames.Version).GetInt32();
        if (version != CheckpointManifest.CurrentVersion)
        {
            throw new CheckpointFormatException(
                $"{file.Name} is a checkpoint of version {version}, but this library reads version {CheckpointManifest.CurrentVersion}; use the"
                + " library that wrote it, or a later one.");
        }

        return new CheckpointManifest
        {
            Version = version,
            Convention = Convention(Text(json, ManifestNames.Convention)),
            Optimizers = [.. json.GetProperty(ManifestNames.Optimizers).EnumerateArray().Select(Optimizer)],
            Gate = json.TryGetProperty(ManifestNames.Gate, out JsonElement gate) ? Gate(gate) : null,
            Schedules = [.. json.GetProperty(ManifestNames.Schedules).EnumerateArray().Select(ScheduleStateJson.Read)],
            Scaler = json.TryGetProperty(ManifestNames.Scaler, out JsonElement scaler)
                ? new SavedScaler(
                    scaler.GetProperty(ManifestNames.Scale).GetDouble(), scaler.GetProperty(ManifestNames.GrowthTracker).GetInt64())
                : null,
        };
    }

    private static StateConvention Convention(string name) => Enum.GetValues<StateConvention>()
        .Where(convention => ManifestNames.Of(convention) == name)
        .Select(convention => (StateConvention?)convention)
        .FirstOrDefault() ?? throw new FormatException($"'{name}' is no convention.");

    private static SavedOptimizer Optimizer(JsonElement json) => new(
        Text(json, ManifestNames.Kind),
        Text(json, ManifestNames.Rule),
        json.GetProperty(ManifestNames.Averages).GetBoolean(),
        Gate(json.GetProperty(ManifestNames.Gate)),
        [.. json.GetProperty(ManifestNames.Groups).EnumerateArray().Select(Group)]);

    private static GateState Gate(JsonElement json) => new(
        json.GetProperty(ManifestNames.SkippedSteps).GetInt64(),
        json.TryGetProperty(ManifestNames.SquaresSum, out JsonElement sum) ? (float)JsonNumber.Read(sum) : null,
        json.GetProperty(ManifestNames.HasClosed).GetBoolean());

    private static SavedGroup Group(JsonElement json) => new(
        [.. json.GetProperty(ManifestNames.Parameters).EnumerateArray().Select(name => name.GetString() ?? throw new FormatException("A name is null."))],
        json.GetProperty(ManifestNames.Lr).GetDouble(),
        json.GetProperty(ManifestNames.MaxLr).GetDouble(),
        json.TryGetProperty(ManifestNames.StateDType, out JsonElement states) ? TensorTypes.DTypeOf(states.GetString() ?? "") : null,
        json.GetProperty(ManifestNames.Options).EnumerateObject().ToDictionary(option => option.Name, option => Option(option.Value)),
        json.GetProperty(ManifestNames.Debiased).EnumerateObject().ToDictionary(state => state.Name, state => state.Value.GetDouble()),
        json.GetProperty(ManifestNames.TorchNames).EnumerateObject().ToDictionary(
            state => state.Name, state => state.Value.GetString() ?? throw new FormatException("A name is null.")))
    {
        CompressedStates = json.TryGetProperty(ManifestNames.StateDType, out JsonElement kind) && kind.GetString() == ManifestNames.Compressed,
        WeightBits = json.TryGetProperty(ManifestNames.WeightBits, out JsonElement bits) ? WeightBits(bits.GetInt32()) : null,
    };

    private static int WeightBits(int bits) =>
        bits is 16 or 24 or 32 ? bits : throw new FormatException(FormattableString.Invariant($"Weights have {bits} bits."));

    private static OptionValue Option(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => new([json.GetBoolean() ? 1 : 0], OptionKind.Flag),
        JsonValueKind.Array => new([.. json.EnumerateArray().Select(JsonNumber.Read)], OptionKind.Array),
        _ => new([JsonNumber.Read(json)], OptionKind.Number),
    };

    private static string Text(JsonElement json, string name) =>
        json.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null.");
}
