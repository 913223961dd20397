using Optimi.Kernels;

namespace Optimi;

/// <summary>Finds out how the values of parameters are loaded, and what goes with them.</summary>
/// <param name="reader">The file.</param>
/// <param name="options">What may be converted.</param>
/// <param name="mismatches">Where it is said what does not fit.</param>
/// <param name="tensors">Where values are added.</param>
internal sealed class ValueLoad(
    CheckpointReader reader, CheckpointLoadOptions options, Mismatches mismatches, List<LoadedTensor> tensors)
{
    /// <summary>The bits of weights that are nothing but values.</summary>
    private const int DitheredBits = 16;

    private readonly List<(Parameter Parameter, CopiedTensor Value)> _copied = [];

    /// <summary>The parameters whose values have turned out to be what they were.</summary>
    public IEnumerable<Parameter> Unchanged => _copied.Where(copied => !copied.Value.HasChanged).Select(copied => copied.Parameter);

    /// <summary>Finds out how a parameter's values are loaded.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="optimizer">What loads its states; null if nothing does.</param>
    /// <param name="isWatched">Whether it is to be found out if its values are others than before.</param>
    /// <returns>Whether they are there.</returns>
    public bool Plan(Parameter parameter, OptimizerLoad? optimizer, bool isWatched)
    {
        string owner = optimizer?.OwnerOf(parameter) ?? parameter.Name;
        reader.TryTakeState(owner, StateName.LowBits, out StoredTensor? lowBits);
        reader.TryTakeState(owner, StateName.KahanCompensation, out StoredTensor? compensation);
        if (!reader.TryTakeValue(parameter.Name, out StoredTensor? value))
        {
            mismatches.Missing.Add(reader.ParameterPrefix + parameter.Name);
            return false;
        }

        // A parameter alone, stored as it was, is its value; whoever stores it otherwise wants all of it.
        bool isAlone = optimizer is null && value.DType == parameter.DType;
        var weights = new StoredWeights(value, isAlone ? null : lowBits, isAlone ? null : compensation);
        if (!weights.Fit(parameter, mismatches.Different))
            return false;
        if (weights.Flaw() is string flaw)
            mismatches.Different.Add(flaw);
        else
            Plan(parameter, optimizer, weights, isWatched);
        return true;
    }

    private void Plan(Parameter parameter, OptimizerLoad? optimizer, StoredWeights weights, bool isWatched)
    {
        bool isSameType = weights.Value.DType == parameter.DType;
        WeightFormat from = FormatOf(parameter, weights);
        WeightFormat to = optimizer?.WeightsOf(parameter) ?? (HasRest(from) ? WeightFormat.Plain : from);
        // A file of others does not say how its values were rounded.
        if (!HasRest(from) && !HasRest(to) && reader.GroupOf(parameter.Name) is null)
            to = from;
        // Nothing goes with the values of what begins anew.
        if (isSameType && !HasRest(from) && optimizer?.BeginsAnew(parameter) == true)
            to = from;
        bool isKept = isSameType && from == to && (weights.Compensation is null || weights.Compensation.DType == parameter.DType);
        if (!isKept && !CanConvert(parameter, weights.Value, from, to))
            return;
        // Low bits can be left aside, or become a compensation: the model goes on to see the same values.
        bool staysVisible = isSameType && weights.Compensation is null
            && (!HasRest(to) || (from.IsSplit() && to == WeightFormat.Kahan));
        TensorStorage? remainder = to == WeightFormat.Kahan ? optimizer!.CompensationOf(parameter) : null;
        if (!isKept && !staysVisible)
        {
            TensorStorage target = to.IsSplit() ? optimizer!.MasterWeightsOf(parameter) : parameter.Value;
            tensors.Add(new ConvertedTensor(weights.Numbers, divisor: 1, target, remainder));
            return;
        }

        var copied = new CopiedTensor(weights.Value, parameter.Value, isWatched);
        _copied.Add((parameter, copied));
        tensors.Add(copied);
        if (!isKept && remainder is not null)
            tensors.Add(new ConvertedTensor(weights.Remainders, divisor: 1, remainder, remainder: null));
        else if (isKept && weights.LowBits is not null)
            tensors.Add(new CopiedPart(weights.LowBits, optimizer!.LowBitsOf(parameter)));
        else if (isKept && weights.Compensation is not null)
            tensors.Add(new CopiedTensor(weights.Compensation, remainder!));
    }

    /// <summary>How the file keeps a parameter's weights.</summary>
    private WeightFormat FormatOf(Parameter parameter, StoredWeights weights) =>
        weights.Format == WeightFormat.Plain && reader.GroupOf(parameter.Name)?.WeightBits == DitheredBits
            ? WeightFormat.Dithered16
            : weights.Format;

    private bool CanConvert(Parameter parameter, StoredTensor value, WeightFormat from, WeightFormat to) => value.DType != parameter.DType
        ? IsAskedFor(CheckpointConversions.ValueDType, $"'{value.Name}' is {value.Type}, but the parameter {TensorTypes.Of(parameter.DType)}")
        : IsAskedFor(CheckpointConversions.Kahan, $"'{value.Name}' has {Text(from)}, but the parameter {Text(to)}");

    private bool IsAskedFor(CheckpointConversions conversion, string difference)
    {
        if (options.Conversions.HasFlag(conversion))
            return true;
        mismatches.Different.Add($"{difference}; ask for {nameof(CheckpointConversions)}.{conversion}.");
        return false;
    }

    /// <summary>Whether something goes with the values.</summary>
    private static bool HasRest(WeightFormat format) => format is not (WeightFormat.Plain or WeightFormat.Dithered16);

    private static string Text(WeightFormat format) => format switch
    {
        WeightFormat.Kahan => "a Kahan compensation",
        WeightFormat.Split24 => "8 low bits",
        WeightFormat.Split32 => "16 low bits",
        WeightFormat.Dithered16 => "dithered rounding",
        _ => "no Kahan compensation and no low bits",
    };
}
