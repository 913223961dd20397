using System.Diagnostics.CodeAnalysis;

namespace Optimi.Bench;

/// <summary>Which tensors of a file are a model's, and which are an optimizer's states and options.</summary>
internal sealed class FileLayout
{
    public const string Step = "step";

    public const string Lr = "lr";

    private const string Headers = ".headers";

    private const string States = "state.";

    private const string Groups = "param_groups.";

    /// <summary>What models and optimizers are called by custom in files that keep them apart, the longest first.</summary>
    private static readonly string[] _modelPrefixes =
        ["model_state_dict.module.", "model.module.", "model_state_dict.", "state_dict.", "module.", "model."];

    private static readonly string[] _optimizerPrefixes =
        ["", "optimizer.", "optimizer_state_dict.", "optim.", "optimizer_states.0.", "optim_state_dict."];

    private readonly Dictionary<string, Dictionary<string, StoredTensor>> _states = [];
    private readonly Dictionary<string, Dictionary<string, StoredTensor>> _options = [];
    private readonly List<StoredTensor> _parameters = [];
    private readonly List<StoredTensor> _others = [];

    public FileLayout(TensorFile file, CheckpointInfo info)
    {
        KeepsOrder = file.KeepsOrder;
        string[] names = [.. info.Tensors.Select(tensor => tensor.Name)];
        OptimizerPrefix = info.IsOptimi ? "" : _optimizerPrefixes.FirstOrDefault(
            prefix => names.Any(name => Begins(name, prefix + States) || Begins(name, prefix + Groups)), "");
        var trained = new HashSet<string>(info.Parameters);
        List<StoredTensor> model = [];
        foreach (StoredTensor tensor in names.Select(name => file.TryGet(name, out StoredTensor? tensor) ? tensor : null).OfType<StoredTensor>())
        {
            // Headers are a part of the state whose codes they go with.
            bool isHeaders = info.IsOptimi && !trained.Contains(tensor.Name) && Begins(tensor.Name, States)
                && tensor.Name.EndsWith(Headers, StringComparison.Ordinal) && file.TryGet(tensor.Name[..^Headers.Length], out _);
            if (isHeaders)
                continue;
            if (trained.Contains(tensor.Name)
                || (!TryAdd(_states, OptimizerPrefix + States, tensor) && !TryAdd(_options, OptimizerPrefix + Groups, tensor)))
            {
                model.Add(tensor);
            }
        }

        IsNumbered = !info.IsOptimi && HasOptimizer && _states.Keys.Concat(_options.Keys).All(owner => owner.All(char.IsAsciiDigit));
        ParameterPrefix = info.IsOptimi ? "" : PrefixOf([.. model.Select(tensor => tensor.Name)]);
        foreach (StoredTensor tensor in model)
            (Begins(tensor.Name, ParameterPrefix) && tensor.Type is not (['I' or 'U', ..] or "BOOL") ? _parameters : _others).Add(tensor);
    }

    /// <summary>What the names of parameters begin with in the file.</summary>
    public string ParameterPrefix { get; }

    /// <summary>What the names of states and options begin with in the file.</summary>
    public string OptimizerPrefix { get; }

    /// <summary>Whether states are known by the numbers of parameters rather than by their names.</summary>
    public bool IsNumbered { get; }

    /// <summary>Whether parameters are in the order of the model.</summary>
    public bool KeepsOrder { get; }

    /// <summary>Whether there are any states or options.</summary>
    public bool HasOptimizer => _states.Count + _options.Count > 0;

    /// <summary>The values of the model.</summary>
    public IReadOnlyList<StoredTensor> Parameters => _parameters;

    /// <summary>What is neither the model's, nor an optimizer's: whole numbers, and what lies elsewhere.</summary>
    public IReadOnlyList<StoredTensor> Others => _others;

    /// <summary>How many states there are, step counters aside.</summary>
    public int StateCount => _states.Values.Sum(states => states.Keys.Count(state => state != Step));

    /// <summary>The step counters, of parameters or, in old files, of groups.</summary>
    public IEnumerable<long> StepCounts =>
        _states.Values.Concat(_options.Values)
            .Select(named => named.GetValueOrDefault(Step)).OfType<StoredTensor>()
            .Where(step => step.Length == 1).Select(step => step.ToArray()[0])
            .Where(step => step is >= 0 and < long.MaxValue).Select(step => (long)step);

    /// <summary>Those that have states, by name or number.</summary>
    public IReadOnlyCollection<string> StateOwners => _states.Keys;

    /// <summary>What a parameter is called without the file's prefix.</summary>
    public string NameOf(StoredTensor parameter) => parameter.Name[ParameterPrefix.Length..];

    /// <summary>Finds a state.</summary>
    public bool TryGetState(string owner, string state, [MaybeNullWhen(false)] out StoredTensor tensor) =>
        TryGet(_states, owner, state, out tensor);

    /// <summary>The shape of a parameter as its states have it; null if it has none.</summary>
    public long[]? ShapeOf(string owner) => _states.GetValueOrDefault(owner)?
        .Where(state => state.Key != Step).Select(state => state.Value.Shape.ToArray()).FirstOrDefault();

    /// <summary>Finds an option of a parameter's group, or of a group by number.</summary>
    public bool TryGetOption(string owner, string option, [MaybeNullWhen(false)] out StoredTensor tensor) =>
        TryGet(_options, owner, option, out tensor);

    /// <summary>The number that an option is; null if there is none.</summary>
    public double? Number(string owner, string option) =>
        TryGetOption(owner, option, out StoredTensor? tensor) && tensor.Length == 1 ? tensor.ToArray()[0] : null;

    /// <summary>All options of a parameter's group, as a text that is equal for equal options; null if it has none.</summary>
    public string? Options(string owner) => !_options.TryGetValue(owner, out Dictionary<string, StoredTensor>? options)
        ? null
        : string.Join(
            ';', options.OrderBy(option => option.Key, StringComparer.Ordinal).Select(
                option => $"{option.Key}={string.Join(',', option.Value.ToArray().Select(Numbers.Text))}"));

    private static bool TryAdd(Dictionary<string, Dictionary<string, StoredTensor>> owners, string prefix, StoredTensor tensor)
    {
        int end = tensor.Name.LastIndexOf('.');
        if (!Begins(tensor.Name, prefix) || end < prefix.Length)
            return false;
        string owner = tensor.Name[prefix.Length..end];
        if (!owners.TryGetValue(owner, out Dictionary<string, StoredTensor>? named))
            owners.Add(owner, named = []);
        named.Add(tensor.Name[(end + 1)..], tensor);
        return true;
    }

    private static bool TryGet(
        Dictionary<string, Dictionary<string, StoredTensor>> owners, string owner, string name, [MaybeNullWhen(false)] out StoredTensor tensor)
    {
        tensor = null;
        return owners.TryGetValue(owner, out Dictionary<string, StoredTensor>? named) && named.TryGetValue(name, out tensor);
    }

    private static bool Begins(string name, string prefix) => name.StartsWith(prefix, StringComparison.Ordinal);

    private string PrefixOf(HashSet<string> names)
    {
        if (IsNumbered)
            return OptimizerPrefix.Length == 0 ? "" : _modelPrefixes.FirstOrDefault(prefix => names.Any(name => Begins(name, prefix)), "");
        string? owner = _states.Keys.Concat(_options.Keys).FirstOrDefault();
        return owner is null || names.Contains(owner) ? "" : _modelPrefixes.FirstOrDefault(prefix => names.Contains(prefix + owner), "");
    }
}
