using System.IO.Enumeration;

namespace Optimi;

/// <summary>
/// Which parameters are meant: by patterns of names, by a predicate, or as one of the kinds that models usually have. Filters are
/// combined by <see cref="Or(ParameterFilter)"/> and never change.
/// </summary>
/// <remarks>
/// A pattern is for a whole name: <c>*</c> stands for any characters, dots too, <c>?</c> for one, and a backslash takes the meaning from
/// what follows it; upper and lower case differ. So <c>*.bias</c> is every bias, and <c>h.?.attn.*</c> the attention of the first ten layers.
/// The kinds are found by parts of names between dots, in upper or lower case: names that PyTorch models have. Look at what a model of yours
/// calls its tensors.
/// </remarks>
public sealed class ParameterFilter
{
    private const int NamesShown = 20;

    private readonly string[] _patterns;
    private readonly ParameterPredicate[] _predicates;

    private ParameterFilter(string[] patterns, ParameterPredicate[] predicates)
    {
        _patterns = patterns;
        _predicates = predicates;
    }

    /// <summary>No parameter.</summary>
    public static ParameterFilter None { get; } = new([], []);

    /// <summary>Tensors with one dimension or none: biases, scales of norms, scalars.</summary>
    public static ParameterFilter Vectors { get; } = Where((_, shape) => shape.Length <= 1);

    /// <summary>Names that end in a bias: <c>bias</c>, <c>in_proj_bias</c>, <c>bias_ih_l0</c>.</summary>
    public static ParameterFilter Biases { get; } = Where((name, _) => NamePatterns.IsBias(name));

    /// <summary>Layer, RMS, batch and group norms: a part of the name has <c>norm</c> in it, or is <c>ln</c>, <c>bn</c> or <c>gn</c>,
    /// as in <c>ln_1</c> and <c>bn2</c>.</summary>
    public static ParameterFilter Norms { get; } = Where((name, _) => NamePatterns.IsNorm(name));

    /// <summary>Embeddings: a part of the name has <c>embed</c> in it, is <c>wte</c> or <c>wpe</c>, or begins or ends with <c>emb</c>
    /// as a word. Output layers (<c>embed_out</c>, <c>unembed</c>) are not among them.</summary>
    public static ParameterFilter Embeddings { get; } = Where((name, _) => NamePatterns.IsEmbedding(name));

    /// <summary>Frequencies of rotary position embeddings: a part of the name has <c>rotary</c> or <c>inv_freq</c> in it, or is
    /// <c>rope</c> or <c>freqs</c>, as in <c>rope_theta</c> and <c>freqs_cis</c>.</summary>
    public static ParameterFilter Rotary { get; } = Where((name, _) => NamePatterns.IsRotary(name));

    /// <summary>What usually has no weight decay: <see cref="Vectors"/>, <see cref="Biases"/> and <see cref="Norms"/>. The default of
    /// <see cref="ParameterGroups"/>.</summary>
    public static ParameterFilter WithoutWeightDecay { get; } = Vectors.Or(Biases).Or(Norms);

    /// <summary>What usually stays in float32 when a model is cast: <see cref="Norms"/>, <see cref="Embeddings"/> and
    /// <see cref="Rotary"/>. The default of <see cref="LowPrecision"/>.</summary>
    public static ParameterFilter InFloat32 { get; } = Norms.Or(Embeddings).Or(Rotary);

    /// <summary>Parameters by their names.</summary>
    /// <param name="patterns">Patterns, of which a name need match only one.</param>
    /// <exception cref="ArgumentNullException">A pattern is null.</exception>
    /// <exception cref="ParameterException">A pattern is empty.</exception>
    public static ParameterFilter Names(params ReadOnlySpan<string> patterns)
    {
        foreach (string pattern in patterns)
        {
            ArgumentNullException.ThrowIfNull(pattern, nameof(patterns));
            if (string.IsNullOrWhiteSpace(pattern))
                throw new ParameterException($"Pattern '{pattern}' is empty, so that no name matches it; write one such as '*.bias'.");
        }

        return new([.. patterns], []);
    }

    /// <summary>Parameters by a predicate.</summary>
    /// <param name="predicate">Says which. It is called once or more for each parameter, and should always say the same.</param>
    /// <exception cref="ArgumentNullException">The predicate is null.</exception>
    public static ParameterFilter Where(ParameterPredicate predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return new([], [predicate]);
    }

    /// <summary>What either filter means.</summary>
    /// <param name="other">The other filter.</param>
    /// <exception cref="ArgumentNullException">The filter is null.</exception>
    public ParameterFilter Or(ParameterFilter other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new([.. _patterns, .. other._patterns], [.. _predicates, .. other._predicates]);
    }

    /// <summary>What the filter means, and parameters by their names.</summary>
    /// <inheritdoc cref="Names" path="/param"/>
    /// <inheritdoc cref="Names" path="/exception"/>
    public ParameterFilter Or(params ReadOnlySpan<string> patterns) => Or(Names(patterns));

    /// <summary>Whether a parameter is meant.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <exception cref="ArgumentNullException">The parameter is null.</exception>
    public bool Matches(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return Matches(parameter.Name, parameter.Shape);
    }

    /// <summary>Whether a parameter is meant that need not be there yet.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">The extent of each dimension.</param>
    /// <exception cref="ArgumentNullException">The name is null.</exception>
    public bool Matches(string name, params ReadOnlySpan<int> shape)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (string pattern in _patterns)
        {
            if (IsMatch(pattern, name))
                return true;
        }

        foreach (ParameterPredicate predicate in _predicates)
        {
            if (predicate(name, shape))
                return true;
        }

        return false;
    }

    /// <summary>Checks that each pattern matches a parameter, since one that matches none is nearly always misspelt.</summary>
    /// <param name="parameters">All parameters of the model.</param>
    /// <exception cref="ArgumentNullException">The parameters are null.</exception>
    /// <exception cref="ParameterException">A pattern matches none of them.</exception>
    public void CheckPatterns(IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        string[] names = [.. parameters.Select(parameter => parameter.Name)];
        if (Array.Find(_patterns, pattern => !names.Any(name => IsMatch(pattern, name))) is not { } unused)
            return;
        string remedy = names.FirstOrDefault(name => name.Contains(unused, StringComparison.OrdinalIgnoreCase)) is { } near
            ? $"a pattern is for the whole name, such as '{near}', with * for any characters, and upper and lower case differ"
            : "correct the pattern, or leave it out";
        throw new ParameterException($"Pattern '{unused}' matches none of the parameters {Shown(names)}; {remedy}.");
    }

    /// <summary>Names as text, not all if there are many.</summary>
    internal static string Shown(IReadOnlyCollection<string> names) => string.Join(", ", names.Take(NamesShown))
        + (names.Count > NamesShown ? FormattableString.Invariant($" and {names.Count - NamesShown} more") : "");

    private static bool IsMatch(string pattern, string name) =>
        FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}
