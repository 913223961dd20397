using System.Diagnostics.CodeAnalysis;

namespace Optimi;

/// <summary>A file as loading looks into it: which tensors are parameters, which are states and options, and which nobody has taken.</summary>
internal sealed class CheckpointReader
{
    /// <summary>What models and optimizers are called by custom in files that keep them apart.</summary>
    private static readonly string[] _parameterPrefixes =
        ["", "model.", "model_state_dict.", "state_dict.", "module.", "model.module.", "model_state_dict.module."];

    private static readonly string[] _optimizerPrefixes =
        ["", "optimizer.", "optimizer_state_dict.", "optim.", "optimizer_states.0.", "optim_state_dict."];

    private const int MostOptionNumbers = 16;

    private readonly TensorFile _file;
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _stateNames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (SavedOptimizer Optimizer, SavedGroup Group)> _saved = new(StringComparer.Ordinal);

    public CheckpointReader(TensorFile file, TrainingState training, CheckpointLoadOptions options)
    {
        _file = file;
        Manifest = ManifestReader.Read(file);
        ParameterPrefix = options.ParameterPrefix ?? _parameterPrefixes.FirstOrDefault(
            prefix => training.Parameters.Any(parameter => file.TryGet(prefix + parameter.Name, out _)), "");
        OptimizerPrefix = options.OptimizerPrefix ?? _optimizerPrefixes.FirstOrDefault(
            prefix => file.Tensors.Any(
                tensor => tensor.Name.StartsWith(CheckpointKeys.StatesOf(prefix), StringComparison.Ordinal)
                    || tensor.Name.StartsWith(CheckpointKeys.GroupsOf(prefix), StringComparison.Ordinal)),
            "");
        string states = CheckpointKeys.StatesOf(OptimizerPrefix);
        foreach (StoredTensor tensor in file.Tensors)
        {
            int end = tensor.Name.LastIndexOf('.');
            if (!tensor.Name.StartsWith(states, StringComparison.Ordinal) || end < states.Length)
                continue;
            string owner = tensor.Name[states.Length..end];
            if (!_stateNames.TryGetValue(owner, out List<string>? names))
                _stateNames.Add(owner, names = []);
            names.Add(tensor.Name[(end + 1)..]);
        }

        HasOptimizer = _stateNames.Count > 0 || file.Tensors.Any(
            tensor => tensor.Name.StartsWith(CheckpointKeys.GroupsOf(OptimizerPrefix), StringComparison.Ordinal));
        foreach (SavedOptimizer optimizer in Manifest?.Optimizers ?? [])
        {
            foreach (SavedGroup group in optimizer.Groups)
            {
                foreach (string parameter in group.Parameters)
                    _saved[parameter] = (optimizer, group);
            }
        }
    }

    /// <summary>What the file says of itself; null if others wrote it.</summary>
    public CheckpointManifest? Manifest { get; }

    public string ParameterPrefix { get; }

    public string OptimizerPrefix { get; }

    /// <summary>Whether there are any states or options.</summary>
    public bool HasOptimizer { get; }

    /// <summary>The optimizer that a parameter was saved with; null if nobody says.</summary>
    public SavedOptimizer? OptimizerOf(string parameter) => _saved.GetValueOrDefault(parameter).Optimizer;

    /// <summary>The group that a parameter was saved in; null if nobody says.</summary>
    public SavedGroup? GroupOf(string parameter) => _saved.GetValueOrDefault(parameter).Group;

    /// <summary>Whether there is a state of somebody.</summary>
    public bool HasStatesOf(string owner) => _stateNames.ContainsKey(owner);

    /// <summary>Takes the values of a parameter.</summary>
    public bool TryTakeValue(string parameter, [MaybeNullWhen(false)] out StoredTensor tensor) =>
        TryTake(ParameterPrefix + parameter, out tensor);

    /// <summary>Takes a state.</summary>
    public bool TryTakeState(string owner, string state, [MaybeNullWhen(false)] out StoredTensor tensor) =>
        TryTake(OptimizerPrefix + CheckpointKeys.State(owner, state), out tensor);

    /// <summary>Finds an option; nobody has to take it.</summary>
    public bool TryGetOption(string owner, string option, [MaybeNullWhen(false)] out StoredTensor tensor) =>
        _file.TryGet(OptimizerPrefix + CheckpointKeys.Option(owner, option), out tensor);

    /// <summary>Finds a state without taking it; null if there is none.</summary>
    public StoredTensor? PeekState(string owner, string state) => _file.TryGet(StateKey(owner, state), out StoredTensor? tensor) ? tensor : null;

    /// <summary>Whether somebody has a state.</summary>
    public bool HasState(string owner, string state) => _stateNames.TryGetValue(owner, out List<string>? names) && names.Contains(state);

    /// <summary>Whether somebody has states beside one.</summary>
    public bool HasStatesBeside(string owner, string state) =>
        _stateNames.TryGetValue(owner, out List<string>? names) && names.Exists(name => name != state);

    /// <summary>The step counter of a group, which old versions of PyTorch and torch-optimi keep there; null if there is none.</summary>
    public StoredTensor? StepOfGroup(string owner) => TryGetOption(owner, CheckpointKeys.Step, out StoredTensor? step) ? step : null;

    /// <summary>The numbers of an option.</summary>
    /// <exception cref="CheckpointFormatException">It is more than an option can be.</exception>
    public double[] Numbers(StoredTensor option) => option.Length <= MostOptionNumbers
        ? option.ToArray()
        : throw new CheckpointFormatException($"{_file.Name} has {option.Length} numbers in '{option.Name}', where an option is expected.");

    /// <summary>The number of an option or a counter; null if it is no single one.</summary>
    public double? Number(StoredTensor option) => Numbers(option) is [double number] ? number : null;

    /// <summary>The key of a state, for messages.</summary>
    public string StateKey(string owner, string state) => OptimizerPrefix + CheckpointKeys.State(owner, state);

    /// <summary>Whether somebody has taken a state.</summary>
    public bool IsTaken(string owner, string state) => _taken.Contains(StateKey(owner, state));

    /// <summary>Takes all states, so that none of them is unexpected.</summary>
    public void TakeAllStates()
    {
        foreach ((string owner, List<string> names) in _stateNames)
        {
            foreach (string name in names)
                _taken.Add(StateKey(owner, name));
        }
    }

    /// <summary>The names of parameters' values and states that nobody has taken.</summary>
    public IEnumerable<string> Untaken()
    {
        string groups = CheckpointKeys.GroupsOf(OptimizerPrefix);
        string states = CheckpointKeys.StatesOf(OptimizerPrefix);
        foreach (StoredTensor tensor in _file.Tensors)
        {
            bool isOurs = tensor.Name.StartsWith(states, StringComparison.Ordinal)
                || tensor.Name.StartsWith(ParameterPrefix, StringComparison.Ordinal);
            if (isOurs && !_taken.Contains(tensor.Name) && !tensor.Name.StartsWith(groups, StringComparison.Ordinal)
                && tensor.Name != SafetensorsFile.ChecksumName)
            {
                yield return tensor.Name;
            }
        }
    }

    private bool TryTake(string key, [MaybeNullWhen(false)] out StoredTensor tensor)
    {
        if (!_file.TryGet(key, out tensor))
            return false;
        _taken.Add(key);
        return true;
    }
}
