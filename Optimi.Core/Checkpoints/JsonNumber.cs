using System.Globalization;
using System.Text.Json;

namespace Optimi;

/// <summary>Writes and reads numbers that come back to the last bit. JSON has no infinity and no NaN: strings stand for them.</summary>
internal static class JsonNumber
{
    public static void Write(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value))
            writer.WriteNumberValue(value);
        else
            writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }

    /// <exception cref="FormatException">It is no number.</exception>
    /// <exception cref="InvalidOperationException">It is no number.</exception>
    public static double Read(JsonElement element) => element.ValueKind == JsonValueKind.String
        ? double.Parse(element.GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture)
        : element.GetDouble();
}
