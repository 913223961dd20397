using CsCheck;

namespace Optimi.Tests;

/// <summary>Groups with and without weight decay.</summary>
internal sealed class WeightDecayGroupsTests : GroupsFixture
{
    private static readonly AdamWOptions _options = new() { Lr = 1e-3, WeightDecay = 0.1, Beta2 = 0.95 };

    private static readonly string[] _parts = ["h", "0", "ln_1", "attn", "weight", "bias", "wte", "norm"];

    private static readonly Gen<string> _part = Gen.Int[0, _parts.Length - 1].Select(i => _parts[i]);

    private static readonly Gen<(string Name, int[] Shape)> _tensor = Gen.Select(
        _part.Array[1, 4], Gen.Int[0, 3].Array[1, 3], (parts, shape) => (string.Join('.', parts), shape));

    [Test]
    public void Biases_and_norms_of_a_gpt_have_none()
    {
        IReadOnlyList<ParameterGroup> groups = ParameterGroups.ExcludeFromWeightDecay(Parameters, _options);
        Assert.Multiple(() =>
        {
            Assert.That(groups.Select(group => group.Options), Is.EqualTo((OptimizerOptions[])[_options, _options with { WeightDecay = 0 }]));
            Assert.That(groups[0].Parameters.Select(parameter => parameter.Shape.Length), Is.All.EqualTo(2));
            Assert.That(groups[1].Parameters.Select(parameter => parameter.Shape.Length), Is.All.EqualTo(1));
            Assert.That(AreParts(groups, [.. Parameters]), Is.True);
        });
    }

    [Test]
    public void Names_come_on_top()
    {
        IReadOnlyList<ParameterGroup> groups = ParameterGroups.ExcludeFromWeightDecay(Parameters, _options, "wte.*", "wpe.*");
        Assert.That(Names(groups[1].Parameters).Take(3), Is.EqualTo((string[])["wte.weight", "wpe.weight", "h.0.ln_1.weight"]));
        Assert.That(Names(groups[0].Parameters), Has.No.Member("wte.weight").And.Member("lm_head.weight"));
    }

    [Test]
    public void A_filter_takes_the_place_of_the_default()
    {
        IReadOnlyList<ParameterGroup> groups =
            ParameterGroups.ExcludeFromWeightDecay(Parameters, _options, ParameterFilter.Where((name, _) => name == "lm_head.weight"));
        Assert.That(Names(groups[1].Parameters), Is.EqualTo((string[])["lm_head.weight"]));
        Assert.That(groups[0].Parameters, Has.Count.EqualTo(Parameters.Count - 1));
    }

    [TestCase("*", 0)]
    [TestCase(null, 0.1)]
    public void A_group_that_would_be_empty_is_left_out(string? pattern, double decay)
    {
        ParameterFilter filter = pattern is null ? ParameterFilter.None : ParameterFilter.Names(pattern);
        ParameterGroup only = ParameterGroups.ExcludeFromWeightDecay(Parameters, _options, filter).Single();
        Assert.That(only.Parameters, Is.EqualTo(Parameters));
        Assert.That(only.Options, Is.EqualTo(_options with { WeightDecay = decay }));
    }

    [Test]
    public void Every_parameter_is_in_one_group_and_in_order() => Gen.Select(_tensor.Array[1, 12], _part).Sample(
        (tensors, part) =>
        {
            using var buffer = new ParameterBuffer(Device);
            foreach ((string name, int[] shape) in tensors.DistinctBy(tensor => tensor.Name))
                buffer.Add(name, DType.Float32, shape);
            ParameterFilter filter = ParameterFilter.WithoutWeightDecay.Or(
                ParameterFilter.Where((name, _) => name.StartsWith(part, StringComparison.Ordinal)));
            IReadOnlyList<ParameterGroup> groups = ParameterGroups.ExcludeFromWeightDecay(buffer, _options, filter);
            return AreParts(groups, [.. buffer])
                && groups.All(group => group.Parameters.All(parameter => filter.Matches(parameter) == (group.Options.WeightDecay == 0)));
        },
        iter: 200,
        threads: 1);

    [TestCaseSource(typeof(TestOptimizer), nameof(TestOptimizer.All))]
    public void Any_optimizer_takes_them(TestOptimizer optimizer)
    {
        OptimizerOptions options = optimizer.Options with { WeightDecay = 0.01 };
        IReadOnlyList<ParameterGroup> groups = ParameterGroups.ExcludeFromWeightDecay(Parameters, options).DecayLrByLayer(0.5);
        Assert.That(groups.Select(group => group.Options.GetType()), Is.All.EqualTo(options.GetType()));
        foreach (ParameterGroup group in groups)
            optimizer.Create(group).Dispose();
    }

    [Test]
    public void Misuse_is_refused_by_name() => Assert.Multiple(() =>
    {
        Refused<ParameterException>(
            () => ParameterGroups.ExcludeFromWeightDecay(Parameters, _options, "wte.*", "tok_embeddings"), "Pattern 'tok_embeddings' matches none");
        Refused<ParameterException>(() => ParameterGroups.ExcludeFromWeightDecay([], _options), "at least one parameter");
        Refused<ParameterException>(
            () => ParameterGroups.ExcludeFromWeightDecay([.. Parameters, Parameters["wte.weight"]], _options), "'wte.weight' is twice");
        Refused<OptionException>(() => ParameterGroups.ExcludeFromWeightDecay(Parameters, _options with { Lr = -1 }), "Lr is -1");
        Refused<ParameterException>(() => Array.Empty<ParameterGroup>().ExcludeFromWeightDecay(), "no groups to cut");
        Refused<ArgumentNullException>(() => ((ParameterGroup[])[null!]).ExcludeFromWeightDecay(), "groups");
        Refused<ArgumentNullException>(() => ParameterGroups.ExcludeFromWeightDecay((IEnumerable<Parameter>)null!, _options), "parameters");
        Refused<ArgumentNullException>(() => ParameterGroups.ExcludeFromWeightDecay(Parameters, null!), "options");
        Refused<ArgumentNullException>(() => ParameterGroups.ExcludeFromWeightDecay(Parameters, _options, (ParameterFilter)null!), "excluded");
    });
}
