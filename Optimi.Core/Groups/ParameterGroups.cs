namespace Optimi;

/// <summary>
/// Makes groups for an optimizer: without weight decay for some parameters, with learning rates that fall by layer. What it makes can be
/// given to any optimizer of the options, and cut again: <c>ParameterGroups.ExcludeFromWeightDecay(parameters, options).DecayLrByLayer(0.8)</c>.
/// </summary>
/// <remarks>
/// Every parameter is in exactly one group, in the order in which it was given. Groups have the options that they are made from, of the
/// same type, but for what a method changes. The groups that are cut stay as they are.
/// </remarks>
public static class ParameterGroups
{
    private const double UsualLrDecay = 0.9;

    /// <summary>Takes weight decay from biases, norms, tensors of one dimension, and parameters of some names.</summary>
    /// <param name="parameters">The parameters: at least one, none twice.</param>
    /// <param name="options">Their options.</param>
    /// <param name="patterns">Names of others that have no weight decay, such as <c>wte.*</c>: see <see cref="ParameterFilter"/>.</param>
    /// <returns>The group with the options' weight decay, then the one without; one group if the other would be empty.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ParameterException">There is no parameter, one is named twice, or a pattern is empty or matches none.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have.</exception>
    public static IReadOnlyList<ParameterGroup> ExcludeFromWeightDecay(
        IEnumerable<Parameter> parameters, OptimizerOptions options, params ReadOnlySpan<string> patterns) =>
        ExcludeFromWeightDecay([new ParameterGroup(parameters, options)], patterns);

    /// <summary>Takes weight decay from some parameters.</summary>
    /// <param name="parameters">The parameters: at least one, none twice.</param>
    /// <param name="options">Their options.</param>
    /// <param name="excluded">Which have no weight decay: these alone, in place of <see cref="ParameterFilter.WithoutWeightDecay"/>.</param>
    /// <returns>The group with the options' weight decay, then the one without; one group if the other would be empty.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ParameterException">There is no parameter, one is named twice, or a pattern matches none.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have.</exception>
    public static IReadOnlyList<ParameterGroup> ExcludeFromWeightDecay(
        IEnumerable<Parameter> parameters, OptimizerOptions options, ParameterFilter excluded) =>
        ExcludeFromWeightDecay([new ParameterGroup(parameters, options)], excluded);

    /// <summary>Cuts each group in two, and takes weight decay from biases, norms, tensors of one dimension, and parameters of some names.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="patterns">Names of others that have no weight decay, such as <c>wte.*</c>: see <see cref="ParameterFilter"/>.</param>
    /// <returns>For each group its part with weight decay, then the one without; none that would be empty.</returns>
    /// <exception cref="ArgumentNullException">An argument is null, or a group.</exception>
    /// <exception cref="ParameterException">There is no group, or a pattern is empty or matches no parameter of any group.</exception>
    public static IReadOnlyList<ParameterGroup> ExcludeFromWeightDecay(
        this IEnumerable<ParameterGroup> groups, params ReadOnlySpan<string> patterns) =>
        ExcludeFromWeightDecay(groups, ParameterFilter.WithoutWeightDecay.Or(patterns));

    /// <summary>Cuts each group in two, and takes weight decay from some parameters.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="excluded">Which have no weight decay: these alone, in place of <see cref="ParameterFilter.WithoutWeightDecay"/>.</param>
    /// <returns>For each group its part with weight decay, then the one without; none that would be empty.</returns>
    /// <exception cref="ArgumentNullException">An argument is null, or a group.</exception>
    /// <exception cref="ParameterException">There is no group, or a pattern matches no parameter of any group.</exception>
    public static IReadOnlyList<ParameterGroup> ExcludeFromWeightDecay(this IEnumerable<ParameterGroup> groups, ParameterFilter excluded)
    {
        ArgumentNullException.ThrowIfNull(excluded);
        ParameterGroup[] cut = Checked(groups);
        excluded.CheckPatterns(cut.SelectMany(group => group.Parameters));
        return Cut(cut, excluded.Matches, (options, isExcluded) => isExcluded ? options with { WeightDecay = 0 } : options);
    }

    /// <summary>
    /// Makes a group for each layer, with a learning rate that falls from the top to the bottom, for fine-tuning: lower layers, which hold
    /// what is general, change less.
    /// </summary>
    /// <param name="parameters">The parameters of all layers: at least one, none twice.</param>
    /// <param name="options">Their options, with the rate of the top.</param>
    /// <param name="decay">What a rate is multiplied by from layer to layer: above 0, at most 1. Default 0.9.</param>
    /// <param name="layerOf">The layer of a parameter: from 0; below 0 what lies below them, such as embeddings; null what lies above the
    /// last. Numbers that nobody has count as layers. Default: <see cref="LayerOf"/>.</param>
    /// <inheritdoc cref="DecayLrByLayer(IEnumerable{ParameterGroup}, double, Func{Parameter, int?})"/>
    /// <returns>A group for each layer, the lowest first.</returns>
    /// <exception cref="ArgumentNullException">The parameters or the options are null.</exception>
    /// <exception cref="ParameterException">There is no parameter, one is named twice, or none is in a layer.</exception>
    public static IReadOnlyList<ParameterGroup> DecayLrByLayer(
        IEnumerable<Parameter> parameters,
        OptimizerOptions options,
        double decay = UsualLrDecay,
        Func<Parameter, int?>? layerOf = null) =>
        DecayLrByLayer([new ParameterGroup(parameters, options)], decay, layerOf);

    /// <summary>
    /// Cuts each group into its layers, with learning rates that fall from the top to the bottom. The top has the group's own, and each
    /// step down multiplies it by <paramref name="decay"/>: of n layers with a head, layer i has <c>lr decay^(n - i)</c>, and the
    /// embeddings <c>lr decay^(n + 1)</c>. If nothing is above the last layer, it is the top itself.
    /// </summary>
    /// <param name="groups">The groups, which count layers together.</param>
    /// <param name="decay">What a rate is multiplied by from layer to layer: above 0, at most 1. Default 0.9.</param>
    /// <param name="layerOf">The layer of a parameter: from 0; below 0 what lies below them, such as embeddings; null what lies above the
    /// last. Numbers that nobody has count as layers. Default: <see cref="LayerOf"/>.</param>
    /// <remarks>
    /// The highest rate of a schedule (<see cref="OptimizerOptions.MaxLr"/>) falls with the rate, so that fully decoupled weight decay
    /// (<see cref="OptimizerOptions.DecoupleLr"/>) is the same for all layers.
    /// <para>Howard, Ruder, <see href="https://arxiv.org/abs/1801.06146">Universal Language Model Fine-tuning for Text
    /// Classification</see> (discriminative fine-tuning); Clark et al., <see href="https://arxiv.org/abs/2003.10555">ELECTRA</see>; Bao et
    /// al., <see href="https://arxiv.org/abs/2106.08254">BEiT</see>, whose counting this is.</para>
    /// </remarks>
    /// <returns>For each group its layers, the lowest first.</returns>
    /// <exception cref="ArgumentNullException">The groups are null, or one is.</exception>
    /// <exception cref="ParameterException">There is no group, or no parameter is in a layer.</exception>
    /// <exception cref="OptionException">The decay is not above 0 and at most 1, a rate becomes 0 by it, or an option has a value that it
    /// cannot have.</exception>
    public static IReadOnlyList<ParameterGroup> DecayLrByLayer(
        this IEnumerable<ParameterGroup> groups, double decay = UsualLrDecay, Func<Parameter, int?>? layerOf = null)
    {
        if (!(decay is > 0 and <= 1))
        {
            throw new OptionException(FormattableString.Invariant(
                $"decay is {decay}, but it must be above 0 and at most 1: each layer's rate is that of the layer above times it."));
        }

        ParameterGroup[] cut = Checked(groups);
        Func<Parameter, int?> layer = layerOf ?? LayerOf;
        Dictionary<Parameter, int?> layers = cut.SelectMany(group => group.Parameters).Distinct().ToDictionary(parameter => parameter, layer);
        if (layers.Values.Max() is not >= 0)
        {
            throw new ParameterException(
                $"No parameter is in a layer: {ParameterFilter.Shown([.. layers.Keys.Select(parameter => parameter.Name)])}."
                + " A layer is a number between dots, as in 'h.3.attn.weight'; for other names say by layerOf which layer each is in.");
        }

        long last = layers.Values.Max()!.Value;
        long top = layers.ContainsValue(null) ? last + 1 : last;
        return Cut(cut, parameter => layers[parameter] ?? top, (options, level) => Slowed(options, Math.Pow(decay, top - level)));
    }

    /// <summary>
    /// The layer of a parameter by its name: the first number between dots, as 3 of <c>h.3.attn.weight</c> and
    /// <c>model.layers.3.mlp.up_proj.weight</c>. A part before it that names an embedding or a learnt token (<c>wte</c>,
    /// <c>embed_tokens</c>, <c>pos_embed</c>, <c>cls_token</c>) makes it -1, below the first layer. One that names a head
    /// (<c>lm_head</c>, <c>classifier</c>, <c>pooler</c>), or nothing of all this (<c>ln_f</c>), makes it null, above the last.
    /// </summary>
    /// <param name="parameter">The parameter.</param>
    /// <exception cref="ArgumentNullException">The parameter is null.</exception>
    public static int? LayerOf(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return NamePatterns.LayerOf(parameter.Name);
    }

    private static ParameterGroup[] Checked(IEnumerable<ParameterGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ParameterGroup[] cut = [.. groups];
        if (cut.Length == 0)
            throw new ParameterException("There are no groups to cut; make one of the parameters first.");
        foreach (ParameterGroup group in cut)
            ArgumentNullException.ThrowIfNull(group, nameof(groups));
        return cut;
    }

    /// <summary>Cuts each group by a key of its parameters, the least first.</summary>
    private static IReadOnlyList<ParameterGroup> Cut<TKey>(
        ParameterGroup[] groups, Func<Parameter, TKey> keyOf, Func<OptimizerOptions, TKey, OptimizerOptions> optionsOf) =>
    [
        .. from cut in groups
           from part in cut.Parameters.GroupBy(keyOf).OrderBy(part => part.Key)
           select new ParameterGroup(part, optionsOf(OptionsOf(cut), part.Key)),
    ];

    /// <summary>The options of a group with the rates that it has now, which can be others than at first.</summary>
    private static OptimizerOptions OptionsOf(ParameterGroup group)
    {
        OptimizerOptions options = group.Options with { Lr = group.Lr };
        bool isOfLr = !options.DecoupleLr || group.MaxLr == (options.MaxLr ?? options.Lr);
        return isOfLr ? options : options with { MaxLr = group.MaxLr };
    }

    private static OptimizerOptions Slowed(OptimizerOptions options, double factor)
    {
        double lr = options.Lr * factor;
        if (options.Lr > 0 && (float)lr == 0)
        {
            throw new OptionException(
                FormattableString.Invariant($"Lr {options.Lr} falls to {lr} at the lowest layer, which is 0 in float32;")
                + " use a decay nearer to 1, or say by layerOf which layer each parameter is in.");
        }

        return options with { Lr = lr, MaxLr = options.MaxLr * factor };
    }
}
