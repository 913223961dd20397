using System.Globalization;

namespace Optimi.Bench;

/// <summary>Finds out which groups a file's states are of.</summary>
internal static class GroupPlans
{
    private const string KahanCompensation = "kahan_comp";

    private const string Average = "ema";

    private const string ExpAvg = "exp_avg";

    private const string ExpAvgSq = "exp_avg_sq";

    private const string MomentumBuffer = "momentum_buffer";

    private const string Momentum = "momentum";

    private const string Params = "params";

    /// <summary>The groups of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layout">Its tensors.</param>
    /// <param name="info">What it says of itself.</param>
    /// <exception cref="ConversionException">Nobody can say which parameters the states are of.</exception>
    public static GroupPlan[] Of(string path, FileLayout layout, CheckpointInfo info)
    {
        if (info.IsOptimi)
            return [.. info.Groups.Select(group => OfOptimi(layout, group))];
        if (!layout.HasOptimizer)
            return [];
        return layout.IsNumbered ? [.. Numbered(path, layout)] : [.. Named(layout)];
    }

    private static GroupPlan OfOptimi(FileLayout layout, CheckpointGroup group) => new(
        group.Optimizer, group.Parameters, HasKahan(layout, group.Parameters))
    {
        Lr = group.Lr,
        MaxLr = group.MaxLr,
        Momentum = group.Options.TryGetValue(Momentum, out IReadOnlyList<double>? values) && values is [double momentum] ? momentum : 0,
        StateDType = group.StateDType,
        CompressedStates = group.CompressedStates,
        MasterWeightBits = group.MasterWeightBits,
        HasAverages = group.HasAverages,
    };

    /// <summary>Parameters of equal options are one group.</summary>
    private static IEnumerable<GroupPlan> Named(FileLayout layout) => layout.Parameters
        .Select(parameter => (Name: layout.NameOf(parameter), parameter.Type, Options: layout.Options(layout.NameOf(parameter))))
        .Where(parameter => parameter.Options is not null || layout.StateOwners.Contains(parameter.Name))
        .GroupBy(parameter => (parameter.Type, parameter.Options), parameter => parameter.Name)
        .Select(group => OfForeign(layout, [.. group], [.. group], group.First()));

    private static IEnumerable<GroupPlan> Numbered(string path, FileLayout layout)
    {
        var groups = new List<int[]>();
        while (layout.TryGetOption(Text(groups.Count), Params, out StoredTensor? numbers))
            groups.Add([.. numbers.ToArray().Select(number => (int)number)]);
        if (groups.Count == 0)
            groups.Add([.. Enumerable.Range(0, layout.StateOwners.Select(owner => int.Parse(owner, CultureInfo.InvariantCulture)).DefaultIfEmpty(-1).Max() + 1)]);
        int count = groups.Sum(numbers => numbers.Length);
        if (!groups.SelectMany(numbers => numbers).Order().SequenceEqual(Enumerable.Range(0, count)))
            throw new ConversionException($"'{path}' has groups that do not number {count} parameters from 0 to {count - 1}, each once.");
        string[] names = NumberedParameters.Of(path, layout, count);
        return groups.Index().Where(group => group.Item.Length > 0).Select(group => OfForeign(
            layout, [.. group.Item.Select(number => names[number])], [.. group.Item.Select(Text)], Text(group.Index)));
    }

    private static GroupPlan OfForeign(FileLayout layout, string[] parameters, string[] owners, string group) => new(
        Optimizer: 0, parameters, HasKahan(layout, owners))
    {
        Lr = layout.Number(group, FileLayout.Lr),
        Momentum = layout.Number(group, Momentum) ?? 0,
        StateDType = StatesOf(layout, parameters, owners),
        HasAverages = owners.Any(owner => layout.TryGetState(owner, Average, out _)),
    };

    private static bool HasKahan(FileLayout layout, IEnumerable<string> owners) =>
        owners.Any(owner => layout.TryGetState(owner, KahanCompensation, out _));

    /// <summary>How the states of low-precision parameters are stored; null for the default.</summary>
    private static DType? StatesOf(FileLayout layout, string[] parameters, string[] owners)
    {
        Dictionary<string, DType?> dtypes = layout.Parameters.ToDictionary(layout.NameOf, parameter => parameter.DType);
        foreach ((string parameter, string owner) in parameters.Zip(owners))
        {
            if (dtypes[parameter] is not (DType.BFloat16 or DType.Float16)
                || (!layout.TryGetState(owner, ExpAvg, out StoredTensor? state) && !layout.TryGetState(owner, MomentumBuffer, out state)))
            {
                continue;
            }

            // The default under float16 keeps squares in bfloat16.
            bool isDefault = state.DType == dtypes[parameter]
                && !(layout.TryGetState(owner, ExpAvgSq, out StoredTensor? squares) && squares.DType == DType.Float16);
            return isDefault ? null : state.DType;
        }

        return null;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
