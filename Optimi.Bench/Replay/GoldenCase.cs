using System.Globalization;
using System.Text.Json;
using Optimi.Kernels;

namespace Optimi.Bench;

/// <summary>A reference case: an optimizer, initial parameters, a gradient for each step, and what must come out.</summary>
internal sealed class GoldenCase
{
    // A name given twice would otherwise mean its last value, silently.
    private static readonly JsonDocumentOptions _noDuplicates = new() { AllowDuplicateProperties = false };

    private readonly Dictionary<string, CaseTensor> _tensors;
    private readonly string _path;

    private GoldenCase(string path, Dictionary<string, CaseTensor> tensors, JsonElement description)
    {
        _path = path;
        _tensors = tensors;
        Name = Text(description, "name");
        Optimizer = Text(description, "optimizer");
        DType = Text(description, "dtype");
        Steps = Member(description, "steps").GetInt32();
        Accumulate = Member(description, "accumulate").GetInt32();
        Options = Member(description, "options").EnumerateObject().ToDictionary(option => option.Name, option => option.Value);
        Skipped = description.TryGetProperty("skipped", out JsonElement skipped) ? skipped.GetInt32() : 0;
        JsonElement schedule = Member(description, "schedule");
        Schedule = schedule.ValueKind == JsonValueKind.Null ? null : [.. schedule.EnumerateArray().Select(lr => lr.GetDouble())];
        Initial = Series("init");
        if (Initial.Count == 0 || Steps < 1 || (Schedule is not null && Schedule.Count != Steps))
            throw new CaseFileException(path, "has no initial parameters, no steps, or a schedule of another length");
        Gradients = ReadGradients();
        CheckResults();
    }

    public string Name { get; }

    /// <summary>Whether there are results of the Python library, which has no training loop's part of a step: no averages, for one.</summary>
    public bool HasPython => _tensors.Keys.Any(name => name.StartsWith("torch.", StringComparison.Ordinal));

    /// <summary>Whether it says what is stored in few bits.</summary>
    public bool IsStoredInFewBits => _tensors.Keys.Any(name => name.StartsWith("stored.", StringComparison.Ordinal));

    public string Optimizer { get; }

    public string DType { get; }

    /// <summary>How the parameters are stored.</summary>
    /// <exception cref="NotSupportedCaseException">There is no such storage.</exception>
    public DType StoredAs => DType switch
    {
        "float32" => Optimi.DType.Float32,
        "bfloat16" => Optimi.DType.BFloat16,
        "float16" => Optimi.DType.Float16,
        _ => throw new NotSupportedCaseException($"dtype {DType}"),
    };

    public int Steps { get; }

    /// <summary>The learning rate of each step; null if it does not change.</summary>
    public IReadOnlyList<double>? Schedule { get; }

    /// <summary>0, or n: only every nth step updates parameters.</summary>
    public int Accumulate { get; }

    /// <summary>How many steps are skipped because a gradient is not finite.</summary>
    public int Skipped { get; }

    /// <summary>The options by the reference library's names.</summary>
    public IReadOnlyDictionary<string, JsonElement> Options { get; }

    public IReadOnlyList<CaseTensor> Initial { get; }

    public IReadOnlyList<IReadOnlyList<CaseTensor>> Gradients { get; }

    /// <exception cref="CaseFileException">The file is no case.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged.</exception>
    public static GoldenCase Read(string path)
    {
        using TensorFile file = TensorFile.Open(path);
        return Read(path, file);
    }

    /// <summary>Reads a case whole, so that its file may be closed.</summary>
    public static GoldenCase Read(string path, TensorFile file)
    {
        if (!file.Metadata.TryGetValue("case", out string? text))
            throw new CaseFileException(path, "has no metadata 'case', so it is no reference case");
        try
        {
            using JsonDocument description = JsonDocument.Parse(text, _noDuplicates);
            var tensors = file.Tensors.ToDictionary(tensor => tensor.Name, tensor => CaseTensor.Read(path, tensor));
            return new GoldenCase(path, tensors, description.RootElement.Clone());
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new CaseFileException(path, $"has a malformed description: {error.Message}");
        }
    }

    /// <summary>The results of a reference (<c>spec</c>, <c>stored</c>, <c>torch</c>, <c>f64</c>): by name and parameter.</summary>
    public IEnumerable<(string Name, int Parameter, CaseTensor Tensor)> Results(string reference)
    {
        foreach ((string key, CaseTensor tensor) in _tensors.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (!key.StartsWith($"{reference}.", StringComparison.Ordinal))
                continue;
            int end = key.LastIndexOf('.');
            string name = key[(reference.Length + 1)..Math.Max(end, reference.Length + 1)];
            string number = key[(end + 1)..];
            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int parameter)
                || number != $"{parameter}" || parameter >= Initial.Count
                || (!name.EndsWith(StateName.Headers, StringComparison.Ordinal)
                    && !tensor.Shape.SequenceEqual(Initial[parameter].Shape)))
            {
                throw new CaseFileException(_path, $"result '{key}' fits no parameter");
            }

            yield return (name, parameter, tensor);
        }
    }

    /// <summary>Step by step, so that a count of steps that is not true costs nothing.</summary>
    private List<IReadOnlyList<CaseTensor>> ReadGradients()
    {
        var all = new List<IReadOnlyList<CaseTensor>>();
        for (int step = 0; step < Steps; step++)
        {
            List<CaseTensor> gradients = Series($"grad.{step}");
            if (gradients.Count != Initial.Count
                || !gradients.Zip(Initial).All(pair => pair.First.Shape.SequenceEqual(pair.Second.Shape)))
            {
                throw new CaseFileException(_path, $"has gradients of step {step} that do not fit its parameters");
            }

            all.Add(gradients);
        }

        return all;
    }

    /// <summary>A reference that lacks a parameter would pass whatever is computed for it.</summary>
    private void CheckResults()
    {
        foreach (string reference in (string[])["spec", "f64", .. HasPython ? ["torch"] : Array.Empty<string>()])
        {
            var found = Results(reference).Where(result => result.Name == "param")
                .Select(result => result.Parameter).ToHashSet();
            int missing = Enumerable.Range(0, Initial.Count).FirstOrDefault(i => !found.Contains(i), -1);
            if (missing >= 0)
                throw new CaseFileException(_path, $"has no '{reference}.param.{missing}'");
        }
    }

    private List<CaseTensor> Series(string prefix)
    {
        var tensors = new List<CaseTensor>();
        while (_tensors.TryGetValue($"{prefix}.{tensors.Count}", out CaseTensor? tensor))
            tensors.Add(tensor);
        return tensors;
    }

    private JsonElement Member(JsonElement description, string name) => description.TryGetProperty(name, out JsonElement value)
        ? value
        : throw new CaseFileException(_path, $"has no '{name}' in its description");

    private string Text(JsonElement description, string name) =>
        Member(description, name).GetString() ?? throw new CaseFileException(_path, $"has no text in '{name}'");
}
