using System.Text;
using System.Text.Json;

namespace Optimi;

/// <summary>Writes and reads the states of schedules. By hand, because a serializer would need reflection, which trimmed and natively
/// compiled programs lack.</summary>
internal static class ScheduleStateJson
{
    private const string Kind = "kind";
    private const string Target = "target";
    private const string Numbers = "numbers";
    private const string Arrays = "arrays";
    private const string Nested = "nested";

    public static string Write(ScheduleState state)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
            Write(writer, state);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public static ScheduleState Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException
            or ArgumentException)
        {
            throw new ScheduleException($"The text is no state of a schedule: {error.Message} Give what ToJson wrote.", error);
        }
    }

    public static void Write(Utf8JsonWriter writer, ScheduleState state)
    {
        writer.WriteStartObject();
        writer.WriteString(Kind, state.Kind);
        writer.WriteString(Target, state.Target);
        writer.WriteStartObject(Numbers);
        foreach ((string name, double value) in state.Numbers)
        {
            writer.WritePropertyName(name);
            JsonNumber.Write(writer, value);
        }

        writer.WriteEndObject();
        writer.WriteStartObject(Arrays);
        foreach ((string name, IReadOnlyList<double> values) in state.Arrays)
        {
            writer.WriteStartArray(name);
            foreach (double value in values)
                JsonNumber.Write(writer, value);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        writer.WriteStartArray(Nested);
        foreach (ScheduleState nested in state.Nested)
            Write(writer, nested);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <exception cref="Exception">It is not that: of several types, all of which <see cref="Read(string)"/> knows.</exception>
    public static ScheduleState Read(JsonElement element) => new()
    {
        Kind = Text(element, Kind),
        Target = Text(element, Target),
        Numbers = element.GetProperty(Numbers).EnumerateObject().ToDictionary(property => property.Name, property => JsonNumber.Read(property.Value)),
        Arrays = element.GetProperty(Arrays).EnumerateObject().ToDictionary(
            property => property.Name, property => (IReadOnlyList<double>)[.. property.Value.EnumerateArray().Select(JsonNumber.Read)]),
        Nested = [.. element.GetProperty(Nested).EnumerateArray().Select(Read)],
    };

    private static string Text(JsonElement element, string name) =>
        element.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null.");
}
