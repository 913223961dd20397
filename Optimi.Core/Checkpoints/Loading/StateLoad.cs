using System.Diagnostics.CodeAnalysis;
using Optimi.Kernels;

namespace Optimi;

/// <summary>Finds out how the states of an optimizer's parameters are loaded.</summary>
/// <param name="reader">The file.</param>
/// <param name="optimizer">The optimizer.</param>
/// <param name="options">What may be converted.</param>
/// <param name="mismatches">Where it is said what does not fit.</param>
internal sealed class StateLoad(CheckpointReader reader, Optimizer optimizer, CheckpointLoadOptions options, Mismatches mismatches)
{
    /// <summary>Finds out how a state is loaded.</summary>
    /// <param name="of">Whose it is.</param>
    /// <param name="state">The state's name.</param>
    /// <param name="tensors">Where it is added.</param>
    /// <returns>Whether the file has it.</returns>
    public bool Plan(in LoadedStates of, string state, List<LoadedTensor> tensors)
    {
        TensorStorage target = optimizer.State(of.Parameter, state);
        StateFormat format = optimizer.CompressedFormatOf(state);
        if (format != StateFormat.Numbers && IsCompressed(of.Owner, state, format))
            return target is GroupedState ? PlanParts(of, format.CodeName(state), tensors) : PlanDecoding(of, state, target, tensors);
        string name = of.Group.NameOf(state);
        if (!reader.TryTakeState(of.Owner, name, out StoredTensor? source))
        {
            // An average that has not begun is not in the file.
            if (state != StateName.Average || (reader.OptimizerOf(of.Parameter.Name) is not { Averages: true } && of.Steps > 0))
                Miss(reader.StateKey(of.Owner, target is GroupedState ? format.CodeName(name) : name));
            return false;
        }

        if (!StoredShape.Fits(source, of.Parameter, mismatches.Different))
            return false;
        double weight = of.WeightOf(state);
        if (target is not GroupedState && source.DType == target.DType && weight == 1)
            tensors.Add(new CopiedTensor(source, target));
        else if (!CanConvert(source, target, of.Group))
            return true;
        else if (target is GroupedState { Format: StateFormat.FirstOfPair } first)
            AddPair(of, source, weight, first, tensors);
        else if (target is not GroupedState { Format: StateFormat.SecondOfPair })
            tensors.Add(new ConvertedTensor(new PlainSource(source), weight, target, remainder: null));
        return true;
    }

    /// <summary>Encodes both moments at once. The second one is checked when its own turn comes.</summary>
    private void AddPair(in LoadedStates of, StoredTensor firsts, double weight, GroupedState target, List<LoadedTensor> tensors)
    {
        string second = optimizer.StateNames(of.Parameter).First(name => optimizer.CompressedFormatOf(name) == StateFormat.SecondOfPair);
        if (reader.PeekState(of.Owner, of.Group.NameOf(second)) is StoredTensor seconds && StoredShape.Fits(seconds, of.Parameter, []))
        {
            tensors.Add(new EncodedPair(
                firsts, weight, seconds, of.WeightOf(second), target.Groups, of.Group.SpreadAfter(of.Steps)));
        }
    }

    private bool CanConvert(StoredTensor source, TensorStorage target, GroupLoad group)
    {
        if (source.DType is null && source.Type != TensorTypes.Float64)
        {
            mismatches.Different.Add($"'{source.Name}' is {source.Type}, which no state of {optimizer.GetType().Name} can be.");
            return false;
        }

        // Raw averages are float32 in a file, whatever they were stored as.
        if ((source.DType != target.DType || target is GroupedState) && group.Convention != StateConvention.PyTorch)
        {
            string stored = target is GroupedState ? "compressed" : TensorTypes.Of(target.DType);
            return IsAskedFor($"'{source.Name}' is {source.Type}, but the state {stored}");
        }

        return true;
    }

    /// <summary>Whether a file has a state as codes. Numbers of the same name have no headers.</summary>
    private bool IsCompressed(string owner, string state, StateFormat format)
    {
        string name = format.CodeName(state);
        return reader.PeekState(owner, name) is StoredTensor codes
            && (name != state || codes.Type == format.CodeType() || reader.PeekState(owner, name + StateName.Headers) is not null);
    }

    /// <summary>Copies what the file stores as memory does.</summary>
    private bool PlanParts(in LoadedStates of, string name, List<LoadedTensor> tensors)
    {
        bool isThere = true;
        foreach (StoredPart part in optimizer.StoredPartsSoFar(of.Parameter))
        {
            if (part.Name != name && part.Name != name + StateName.Headers)
                continue;
            // Both moments have the same parts.
            bool isFirst = !reader.IsTaken(of.Owner, part.Name);
            isThere &= TryTake(of.Owner, part.Name, part.Type, part.StoredShape, out StoredTensor? source);
            if (isFirst && source is not null)
                tensors.Add(new CopiedPart(source, part));
        }

        return isThere;
    }

    /// <summary>Decodes what the file stores in groups, and memory does not.</summary>
    private bool PlanDecoding(in LoadedStates of, string state, TensorStorage target, List<LoadedTensor> tensors)
    {
        StateFormat format = optimizer.CompressedFormatOf(state);
        if (!TryTakeGroups(of, format.CodeName(state), format, out StoredTensor? codes, out StoredTensor? headers))
            return false;
        StoredRuns[] pair = [];
        if (format == StateFormat.SignedByPair)
        {
            if (!TryTakeGroups(of, StateName.Moments, StateFormat.FirstOfPair, out StoredTensor? words, out StoredTensor? pairHeaders))
                return false;
            pair = PairSource.RunsOf(words, pairHeaders);
        }

        if (IsAskedFor($"'{codes.Name}' is compressed, but state '{state}' is {TensorTypes.Of(target.DType)}"))
        {
            NumberSource source = format is StateFormat.FirstOfPair or StateFormat.SecondOfPair
                ? new PairSource(codes, headers, isSecond: format == StateFormat.SecondOfPair)
                : new SignedSource(codes, headers, pair);
            tensors.Add(new ConvertedTensor(source, divisor: 1, target, remainder: null));
        }

        return true;
    }

    private bool TryTakeGroups(
        in LoadedStates of, string name, StateFormat format,
        [NotNullWhen(true)] out StoredTensor? codes, [NotNullWhen(true)] out StoredTensor? headers)
    {
        long[] shape = [.. of.Parameter.Shape.ToArray().Select(extent => (long)extent)];
        bool hasCodes = TryTake(of.Owner, name, format.CodeType(), shape, out codes);
        return TryTake(
            of.Owner, name + StateName.Headers, format.HeaderType(), format.HeaderShape(of.Parameter.Length), out headers) && hasCodes;
    }

    /// <summary>Takes a tensor that must be of a type and a shape.</summary>
    private bool TryTake(string owner, string name, string type, ReadOnlySpan<long> shape, [NotNullWhen(true)] out StoredTensor? tensor)
    {
        if (!reader.TryTakeState(owner, name, out tensor))
        {
            Miss(reader.StateKey(owner, name));
            return false;
        }

        if (tensor.Type == type && tensor.Shape.SequenceEqual(shape))
            return true;
        Differ($"'{tensor.Name}' is {tensor.Type} [{string.Join(", ", tensor.Shape.ToArray().Take(8))}], but it must be {type}"
            + $" [{string.Join(", ", shape.ToArray())}] for the parameter.");
        tensor = null;
        return false;
    }

    private bool IsAskedFor(string difference)
    {
        if (options.Conversions.HasFlag(CheckpointConversions.StateDType))
            return true;
        Differ($"{difference}; ask for {nameof(CheckpointConversions)}.{nameof(CheckpointConversions.StateDType)}.");
        return false;
    }

    private void Miss(string key)
    {
        if (!mismatches.Missing.Contains(key))
            mismatches.Missing.Add(key);
    }

    private void Differ(string difference)
    {
        if (!mismatches.Different.Contains(difference))
            mismatches.Different.Add(difference);
    }
}
