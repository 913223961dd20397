using System.Text.Json;

namespace Optimi.Bench;

/// <summary>A reference case: an optimizer, initial parameters, a gradient for each step, and what must come out.</summary>
internal sealed class GoldenCase
{
    private readonly SafetensorsFile _file;
    private readonly string _path;

    private GoldenCase(string path, SafetensorsFile file, JsonElement description)
    {
        _path = path;
        _file = file;
        Name = Text(description, "name");
        Optimizer = Text(description, "optimizer");
        DType = Text(description, "dtype");
        Steps = Member(description, "steps").GetInt32();
        Accumulate = Member(description, "accumulate").GetInt32();
        Options = Member(description, "options").EnumerateObject().ToDictionary(option => option.Name, option => option.Value);
        JsonElement schedule = Member(description, "schedule");
        Schedule = schedule.ValueKind == JsonValueKind.Null ? null : [.. schedule.EnumerateArray().Select(lr => lr.GetDouble())];
        Initial = Series("init");
        if (Initial.Count == 0 || Steps < 1 || (Schedule is not null && Schedule.Count != Steps))
            throw new CaseFileException(path, "has no initial parameters, no steps, or a schedule of another length");
        Gradients = [.. Enumerable.Range(0, Steps).Select(step => Series($"grad.{step}"))];
        foreach (IReadOnlyList<StoredTensor> gradients in Gradients)
        {
            if (!gradients.Select(gradient => gradient.Length).SequenceEqual(Initial.Select(tensor => tensor.Length)))
                throw new CaseFileException(path, "has gradients that do not fit its parameters");
        }
    }

    public string Name { get; }

    public string Optimizer { get; }

    public string DType { get; }

    public int Steps { get; }

    /// <summary>The learning rate of each step; null if it does not change.</summary>
    public IReadOnlyList<double>? Schedule { get; }

    /// <summary>0, or n: only every nth step updates parameters.</summary>
    public int Accumulate { get; }

    /// <summary>The options by the reference library's names.</summary>
    public IReadOnlyDictionary<string, JsonElement> Options { get; }

    public IReadOnlyList<StoredTensor> Initial { get; }

    public IReadOnlyList<IReadOnlyList<StoredTensor>> Gradients { get; }

    public static GoldenCase Read(string path) => Parse(path, SafetensorsFile.Read(path));

    public static GoldenCase Parse(string path, SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue("case", out string? text))
            throw new CaseFileException(path, "has no metadata 'case', so it is no reference case");
        try
        {
            using JsonDocument description = JsonDocument.Parse(text);
            return new GoldenCase(path, file, description.RootElement.Clone());
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new CaseFileException(path, $"has a malformed description: {error.Message}");
        }
    }

    /// <summary>The results of a reference (<c>spec</c>, <c>torch</c>, <c>f64</c>): by name and parameter.</summary>
    public IEnumerable<(string Name, int Parameter, StoredTensor Tensor)> Results(string reference)
    {
        foreach ((string key, StoredTensor tensor) in _file.Tensors.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (key.Split('.') is not [var prefix, var name, var number] || prefix != reference)
                continue;
            if (!int.TryParse(number, out int parameter) || parameter < 0 || parameter >= Initial.Count
                || tensor.Length != Initial[parameter].Length)
            {
                throw new CaseFileException(_path, $"result '{key}' fits no parameter");
            }

            yield return (name, parameter, tensor);
        }
    }

    private List<StoredTensor> Series(string prefix)
    {
        var tensors = new List<StoredTensor>();
        while (_file.Tensors.TryGetValue($"{prefix}.{tensors.Count}", out StoredTensor? tensor))
            tensors.Add(tensor);
        return tensors;
    }

    private JsonElement Member(JsonElement description, string name) => description.TryGetProperty(name, out JsonElement value)
        ? value
        : throw new CaseFileException(_path, $"has no '{name}' in its description");

    private string Text(JsonElement description, string name) =>
        Member(description, name).GetString() ?? throw new CaseFileException(_path, $"has no text in '{name}'");
}
