using CsCheck;

namespace Optimi.Tests;

/// <summary>Groups with learning rates that fall by layer.</summary>
internal sealed class LayerGroupsTests : GroupsFixture
{
    private static readonly AdamWOptions _options = new() { Lr = 1e-3, WeightDecay = 0.1 };

    private static readonly Gen<int?[]> _layers = Gen.Int[-2, 5].Nullable().Array[1, 20];

    [TestCase("h.3.attn.c_attn.weight", 3)]
    [TestCase("model.layers.11.mlp.up_proj.weight", 11)]
    [TestCase("blocks.0.norm1.weight", 0)]
    [TestCase("encoder.layer.7.attention.self.query.weight", 7)]
    [TestCase("layers.2.experts.5.w1", 2)]
    [TestCase("layers.4.pos_embed", 4)]
    [TestCase("12", 12)]
    [TestCase("wte.weight", -1)]
    [TestCase("model.embed_tokens.weight", -1)]
    [TestCase("embeddings.LayerNorm.weight", -1)]
    [TestCase("patch_embed.0.weight", -1)]
    [TestCase("cls_token", -1)]
    [TestCase("ln_f.weight", null)]
    [TestCase("lm_head.weight", null)]
    [TestCase("embed_out.weight", null)]
    [TestCase("classifier.0.weight", null)]
    [TestCase("hidden1.weight", null)]
    [TestCase("h.99999999999.weight", null)]
    public void The_layer_is_known_by_name(string name, int? layer)
    {
        using var buffer = new ParameterBuffer(Device);
        Assert.That(ParameterGroups.LayerOf(buffer.Add(name, DType.Float32, 1)), Is.EqualTo(layer));
    }

    [Test]
    public void Rates_of_a_gpt_fall_from_its_head_to_its_embeddings()
    {
        IReadOnlyList<ParameterGroup> groups = ParameterGroups.DecayLrByLayer(Parameters, _options, 0.5);
        Assert.Multiple(() =>
        {
            Assert.That(
                groups.Select(group => (group.Parameters[0].Name, group.Lr)),
                Is.EqualTo((IEnumerable<(string, double)>)[
                    ("wte.weight", 1e-3 / 16), ("h.0.ln_1.weight", 1e-3 / 8), ("h.1.ln_1.weight", 1e-3 / 4), ("h.2.ln_1.weight", 1e-3 / 2),
                    ("ln_f.weight", 1e-3),
                ]));
            Assert.That(groups.Select(group => group.Options), Is.EqualTo(groups.Select(group => _options with { Lr = group.Lr })));
            Assert.That(Names(groups[4].Parameters), Is.EqualTo((string[])["ln_f.weight", "ln_f.bias", "lm_head.weight"]));
            Assert.That(AreParts(groups, [.. Parameters]), Is.True);
        });
    }

    [Test]
    public void Without_a_head_the_last_layer_has_the_whole_rate()
    {
        IReadOnlyList<ParameterGroup> groups =
            ParameterGroups.DecayLrByLayer(Parameters.Where(parameter => parameter.Name.StartsWith('h')), _options);
        Assert.That(groups.Select(group => group.Lr), Is.EqualTo((double[])[1e-3 * Math.Pow(0.9, 2), 1e-3 * 0.9, 1e-3]));
    }

    [Test]
    public void Layers_that_are_not_trained_count()
    {
        IReadOnlyList<ParameterGroup> groups = ParameterGroups.DecayLrByLayer(
            Parameters.Where(parameter => !parameter.Name.StartsWith("h.1.", StringComparison.Ordinal)), _options, 0.5);
        Assert.That(groups.Select(group => group.Lr), Is.EqualTo((double[])[1e-3 / 16, 1e-3 / 8, 1e-3 / 2, 1e-3]));
    }

    [Test]
    public void The_caller_can_say_the_layer()
    {
        IReadOnlyList<ParameterGroup> groups = ParameterGroups.DecayLrByLayer(
            Parameters, _options, 0.5, parameter => parameter.Name == "ln_f.bias" ? 0 : ParameterGroups.LayerOf(parameter));
        Assert.That(Names(groups.Single(group => group.Parameters.Contains(Parameters["ln_f.bias"])).Parameters), Has.Member("h.0.ln_1.bias"));
    }

    [Test]
    public void Every_parameter_is_in_one_group_at_the_rate_of_its_layer() => _layers.Sample(
        layers =>
        {
            if (layers.Max() is not int last || last < 0)
                return true;
            using var buffer = new ParameterBuffer(Device);
            var layerOf = new Dictionary<Parameter, int?>();
            foreach (int? layer in layers)
                layerOf.Add(buffer.Add($"{buffer.Count}", DType.Float32, 1), layer);
            int top = layers.Contains(null) ? last + 1 : last;
            IReadOnlyList<ParameterGroup> groups = ParameterGroups.DecayLrByLayer(buffer, _options, 0.8, parameter => layerOf[parameter]);
            return AreParts(groups, [.. buffer])
                && groups.Select(group => group.Lr).SequenceEqual(groups.Select(group => group.Lr).Order().Distinct())
                && groups.All(group => group.Parameters.All(
                    parameter => group.Lr == 1e-3 * Math.Pow(0.8, top - (layerOf[parameter] ?? top))));
        },
        iter: 200,
        threads: 1);

    [Test]
    public void Weight_decay_and_layers_combine_in_either_order()
    {
        IReadOnlyList<ParameterGroup> decayFirst = ParameterGroups.ExcludeFromWeightDecay(Parameters, _options, "wte.*").DecayLrByLayer(0.8);
        IReadOnlyList<ParameterGroup> layersFirst = ParameterGroups.DecayLrByLayer(Parameters, _options, 0.8).ExcludeFromWeightDecay("wte.*");
        // The layers twice, but for the embeddings: wpe decays, wte does not.
        Assert.That(decayFirst, Has.Count.EqualTo(10));
        Assert.That(
            decayFirst.Select(group => (string.Join(' ', Names(group.Parameters)), group.Options)),
            Is.EquivalentTo(layersFirst.Select(group => (string.Join(' ', Names(group.Parameters)), group.Options))));
    }

    [TestCase(null)]
    [TestCase(4e-3)]
    public void Fully_decoupled_decay_is_the_same_for_all_layers(double? maxLr)
    {
        AdamWOptions options = _options with { DecoupleLr = true, WeightDecay = 1e-4, MaxLr = maxLr };
        IReadOnlyList<ParameterGroup> groups = ParameterGroups.DecayLrByLayer(Parameters, options, 0.7);
        Assert.That(groups, Has.Count.EqualTo(5));
        Assert.That(groups.Select(group => group.Lr / group.MaxLr), Is.All.EqualTo(maxLr is null ? 1 : 0.25).Within(1e-15));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_rate_that_was_set_since_is_what_falls(bool decoupleLr)
    {
        var group = new ParameterGroup(Parameters, _options with { DecoupleLr = decoupleLr }) { Lr = 5e-4 };
        IReadOnlyList<ParameterGroup> groups = ((ParameterGroup[])[group]).DecayLrByLayer(0.5);
        Assert.Multiple(() =>
        {
            Assert.That(groups.Select(layer => layer.Lr), Is.EqualTo((double[])[5e-4 / 16, 5e-4 / 8, 5e-4 / 4, 5e-4 / 2, 5e-4]));
            if (decoupleLr)
                Assert.That(groups.Select(layer => layer.Lr / layer.MaxLr), Is.All.EqualTo(0.5));
            Assert.That((group.Lr, group.Options.Lr), Is.EqualTo((5e-4, 1e-3)));
        });
    }

    [Test]
    public void A_step_equals_one_with_groups_made_by_hand()
    {
        string[] bare = Names(Parameters.Where(parameter => parameter.Shape.Length < 2 || parameter.Name == "wte.weight"));
        uint[] made = Train(parameters => ParameterGroups.ExcludeFromWeightDecay(parameters, _options, "wte.*").DecayLrByLayer(0.9));
        uint[] byHand = Train(parameters =>
        [
            .. from parameter in parameters
               let height = parameter.Name[0] == 'w' ? 4 : parameter.Name[0] == 'h' ? 3 - (parameter.Name[2] - '0') : 0
               let lr = 1e-3 * Math.Pow(0.9, height)
               select new ParameterGroup([parameter], new AdamWOptions { Lr = lr, WeightDecay = bare.Contains(parameter.Name) ? 0 : 0.1 }),
        ]);
        uint[] alike = Train(parameters => [new ParameterGroup(parameters, _options)]);
        Assert.That(made.AsSpan().SequenceEqual(byHand), Is.True);
        Assert.That(made.AsSpan().SequenceEqual(alike), Is.False);

        uint[] Train(Func<ParameterBuffer, IReadOnlyList<ParameterGroup>> groups)
        {
            var random = new Random(5);
            using ParameterBuffer parameters = GptParameters.Add(new ParameterBuffer(Device), dtype: DType.BFloat16);
            using var optimizer = new AdamW(groups(parameters));
            for (int step = 0; step < 3; step++)
            {
                foreach (Parameter parameter in parameters)
                    parameter.Gradient.CopyFrom(TestTraining.Numbers(random, (int)parameter.Length));
                optimizer.Step();
            }

            return [.. parameters.SelectMany(parameter => TestTraining.Bits(parameter.Value))];
        }
    }

    [Test]
    public void Misuse_is_refused_by_name() => Assert.Multiple(() =>
    {
        foreach (double decay in (double[])[0, -0.5, 1.5, double.NaN])
        {
            Refused<OptionException>(
                () => ParameterGroups.DecayLrByLayer(Parameters, _options, decay),
                FormattableString.Invariant($"decay is {decay}, but it must be above 0 and at most 1"));
        }

        Refused<OptionException>(
            () => ParameterGroups.DecayLrByLayer(Parameters, _options, layerOf: parameter => parameter.Name[0] == 'w' ? 0 : 20_000),
            "Lr 0.001 falls to 0 at the lowest layer");
        Refused<ParameterException>(
            () => ParameterGroups.DecayLrByLayer(Parameters.Where(parameter => parameter.Name[0] != 'h'), _options),
            "No parameter is in a layer: wte.weight, wpe.weight, ln_f.weight, ln_f.bias, lm_head.weight.");
        Refused<ParameterException>(() => ParameterGroups.DecayLrByLayer(Parameters, _options, layerOf: _ => null), "is in a layer");
        Refused<ParameterException>(() => ParameterGroups.DecayLrByLayer([], _options), "at least one parameter");
        Refused<ParameterException>(() => Array.Empty<ParameterGroup>().DecayLrByLayer(), "no groups to cut");
        Refused<ArgumentNullException>(() => ((ParameterGroup[])null!).DecayLrByLayer(), "groups");
        Refused<ArgumentNullException>(() => ParameterGroups.LayerOf(null!), "parameter");
    });
}
