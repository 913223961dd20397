namespace Optimi.Tests;

internal sealed class ParameterFilterTests : GroupsFixture
{
    /// <summary>Names that models have, with the kinds that they are of; all of two dimensions.</summary>
    [TestCase("h.0.ln_1.weight", "Norms")]
    [TestCase("ln_f.weight", "Norms")]
    [TestCase("model.layers.3.input_layernorm.weight", "Norms")]
    [TestCase("model.norm.weight", "Norms")]
    [TestCase("layers.0.attn.q_norm.weight", "Norms")]
    [TestCase("encoder.layer.1.output.LayerNorm.weight", "Norms")]
    [TestCase("encoder.layer.1.output.LayerNorm.bias", "Biases,Norms")]
    [TestCase("visual.ln_pre.weight", "Norms")]
    [TestCase("layer1.0.bn2.weight", "Norms")]
    [TestCase("down.gn1.scale", "Norms")]
    [TestCase("h.0.attn.c_attn.bias", "Biases")]
    [TestCase("attn.in_proj_bias", "Biases")]
    [TestCase("lstm.bias_ih_l0", "Biases")]
    [TestCase("bias", "Biases")]
    [TestCase("wte.weight", "Embeddings")]
    [TestCase("transformer.wpe.weight", "Embeddings")]
    [TestCase("model.embed_tokens.weight", "Embeddings")]
    [TestCase("embeddings.word_embeddings.weight", "Embeddings")]
    [TestCase("tok_emb", "Embeddings")]
    [TestCase("pos_embed", "Embeddings")]
    [TestCase("embeddings.LayerNorm.weight", "Embeddings,Norms")]
    [TestCase("model.rotary_emb.inv_freq", "Embeddings,Rotary")]
    [TestCase("layers.0.attn.rope.freqs", "Rotary")]
    [TestCase("freqs_cis", "Rotary")]
    [TestCase("gpt_neox.embed_out.weight", "")]
    [TestCase("unembed.W_U", "")]
    [TestCase("lm_head.weight", "")]
    [TestCase("h.0.attn.c_attn.weight", "")]
    [TestCase("encoder.attention.relative_attention_bias.weight", "")]
    [TestCase("properties.europe", "")]
    [TestCase("lnet.member", "")]
    public void Kinds_are_known_by_name(string name, string kinds)
    {
        var all = new (string Name, ParameterFilter Filter)[]
        {
            ("Biases", ParameterFilter.Biases), ("Embeddings", ParameterFilter.Embeddings), ("Norms", ParameterFilter.Norms),
            ("Rotary", ParameterFilter.Rotary), ("Vectors", ParameterFilter.Vectors), ("None", ParameterFilter.None),
        };
        Assert.That(string.Join(",", all.Where(kind => kind.Filter.Matches(name, 3, 3)).Select(kind => kind.Name)), Is.EqualTo(kinds));
    }

    [TestCase(true)]
    [TestCase(true, 300)]
    [TestCase(false, 1, 300)]
    [TestCase(false, 3, 0, 3)]
    public void Vectors_have_one_dimension_or_none(bool expected, params int[] shape) =>
        Assert.That(ParameterFilter.Vectors.Matches("anything", shape), Is.EqualTo(expected));

    [TestCase("*.bias", "h.0.attn.c_attn.bias", true)]
    [TestCase("*.bias", "bias", false)]
    [TestCase("wte.*", "wte.weight", true)]
    [TestCase("wte.*", "transformer.wte.weight", false)]
    [TestCase("WTE.*", "wte.weight", false)]
    [TestCase("h.?.attn.*", "h.3.attn.c_attn.weight", true)]
    [TestCase("h.?.attn.*", "h.12.attn.c_attn.weight", false)]
    [TestCase("wte.weight", "wte.weight", true)]
    [TestCase("wte", "wte.weight", false)]
    [TestCase("a\\*", "a*", true)]
    [TestCase("a\\*", "ab", false)]
    public void Patterns_are_for_whole_names(string pattern, string name, bool expected) =>
        Assert.That(ParameterFilter.Names(pattern).Matches(name, 3, 3), Is.EqualTo(expected));

    [Test]
    public void Filters_are_combined()
    {
        ParameterFilter filter = ParameterFilter.Names("wpe.*").Or(ParameterFilter.Where((name, shape) => shape.Length == 2 && shape[0] == 40))
            .Or("*.ln_1.bias");
        Assert.That(
            Names(Parameters.Where(filter.Matches)),
            Is.EqualTo((string[])["wte.weight", "wpe.weight", "h.0.ln_1.bias", "h.1.ln_1.bias", "h.2.ln_1.bias", "lm_head.weight"]));
    }

    [Test]
    public void Misuse_is_refused_by_name() => Assert.Multiple(() =>
    {
        Refused<ParameterException>(() => ParameterFilter.Names("*.bias", " "), "Pattern ' ' is empty");
        Refused<ArgumentNullException>(() => ParameterFilter.Names("*.bias", null!), "patterns");
        Refused<ArgumentNullException>(() => ParameterFilter.Where(null!), "predicate");
        Refused<ArgumentNullException>(() => ParameterFilter.None.Or((ParameterFilter)null!), "other");
        Refused<ArgumentNullException>(() => ParameterFilter.None.Matches((Parameter)null!), "parameter");
        Refused<ArgumentNullException>(() => ParameterFilter.None.Matches(null!, 1), "name");
        Refused<ParameterException>(
            () => ParameterFilter.Names("wte.*", "mlp.c_fc").CheckPatterns(Parameters),
            "Pattern 'mlp.c_fc' matches none of the parameters wte.weight, wpe.weight, h.0.ln_1.weight");
        Refused<ParameterException>(
            () => ParameterFilter.Names("mlp.c_fc").CheckPatterns(Parameters), "such as 'h.0.mlp.c_fc.weight', with * for any characters");
        Refused<ParameterException>(() => ParameterFilter.Names("tok.*").CheckPatterns(Parameters), "and 21 more; correct the pattern");
    });
}
