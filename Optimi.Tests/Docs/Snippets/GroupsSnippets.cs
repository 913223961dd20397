using Optimi;

namespace Snippets;

/// <summary>The code of the page on groups.</summary>
internal sealed class GroupsSnippets
{
    private static readonly AdamWOptions _options = new() { Lr = 1e-3, WeightDecay = 0.1 };

    [Test]
    public void Without_weight_decay()
    {
        using var device = ComputeDevice.Open("cpu");
        using ParameterBuffer parameters = Model(device);

        var options = new AdamWOptions { Lr = 1e-3, WeightDecay = 0.1 };
        using var optimizer = new AdamW(ParameterGroups.ExcludeFromWeightDecay(parameters, options, "wte.*", "wpe.*"));

        Assert.That(optimizer.Groups.Select(group => group.Parameters.Count), Is.EqualTo(new[] { 2, 5 }));
    }

    [Test]
    public void By_a_filter()
    {
        using var device = ComputeDevice.Open("cpu");
        using ParameterBuffer parameters = Model(device);
        AdamWOptions options = _options;

        ParameterFilter excluded = ParameterFilter.Norms
            .Or(ParameterFilter.Where((name, shape) => shape.Length == 1))
            .Or("wte.*");
        IReadOnlyList<ParameterGroup> groups = ParameterGroups.ExcludeFromWeightDecay(parameters, options, excluded);

        Assert.That(groups.Select(group => group.Parameters.Count), Is.EqualTo(new[] { 3, 4 }));
    }

    [Test]
    public void Rates_that_fall()
    {
        using var device = ComputeDevice.Open("cpu");
        using ParameterBuffer parameters = Model(device);
        AdamWOptions options = _options;

        using var optimizer = new AdamW(ParameterGroups.DecayLrByLayer(parameters, options, decay: 0.9));

        Assert.That(optimizer.Groups.Select(group => group.Lr), Is.EqualTo(new[] { 0.81e-3, 0.9e-3, 1e-3 }).Within(1e-15));
    }

    [Test]
    public void Layers_of_ones_own()
    {
        using var device = ComputeDevice.Open("cpu");
        using ParameterBuffer parameters = Model(device);
        parameters.Add("stem.conv.weight", DType.Float32, 3, 3);
        AdamWOptions options = _options;

        IReadOnlyList<ParameterGroup> groups = ParameterGroups.DecayLrByLayer(parameters, options, decay: 0.8, layerOf: parameter =>
            parameter.Name.StartsWith("stem.", StringComparison.Ordinal) ? -1 : ParameterGroups.LayerOf(parameter));

        Assert.That(groups[0].Parameters, Has.Member(parameters["stem.conv.weight"]));
    }

    [Test]
    public void Both()
    {
        using var device = ComputeDevice.Open("cpu");
        using ParameterBuffer parameters = Model(device);
        AdamWOptions options = _options;

        using var optimizer = new AdamW(ParameterGroups.ExcludeFromWeightDecay(parameters, options, "wte.*").DecayLrByLayer(0.8));

        Assert.That(optimizer.Groups, Has.Count.EqualTo(6));
    }

    [Test]
    public void Type_of_a_parameter()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);

        var precision = new LowPrecision(DType.BFloat16, "lm_head.*");
        parameters.Add("h.0.ln_1.weight", precision.DTypeOf("h.0.ln_1.weight", 768), 768);

        Assert.That(parameters.Single().DType, Is.EqualTo(DType.Float32));
    }

    [Test]
    public void Cast()
    {
        using var device = ComputeDevice.Open("cpu");
        using ParameterBuffer pretrained = Model(device);

        using ParameterBuffer model = LowPrecision.Cast(pretrained, DType.BFloat16);

        Assert.That(model.Select(parameter => parameter.DType), Is.EqualTo(new[]
        {
            DType.Float32, DType.Float32, DType.Float32, DType.BFloat16, DType.BFloat16, DType.Float32, DType.BFloat16,
        }));
    }

    [Test]
    public void Cast_to_another_device()
    {
        using var host = ComputeDevice.Open("cpu");
        using ParameterBuffer pretrained = Model(host);
        using var device = ComputeDevice.Open("auto");

        using ParameterBuffer model = LowPrecision.Cast(pretrained, new LowPrecision(DType.BFloat16, ParameterFilter.Norms), device);

        Assert.That(model["wte.weight"].DType, Is.EqualTo(DType.BFloat16));
        Assert.That(model.Device, Is.SameAs(device));
    }

    /// <summary>A GPT with one layer, and some of its tensors.</summary>
    private static ParameterBuffer Model(ComputeDevice device)
    {
        var parameters = new ParameterBuffer(device);
        parameters.Add("wte.weight", DType.Float32, 5, 3);
        parameters.Add("wpe.weight", DType.Float32, 4, 3);
        parameters.Add("h.0.ln_1.weight", DType.Float32, 3);
        parameters.Add("h.0.attn.c_attn.weight", DType.Float32, 9, 3);
        parameters.Add("h.0.attn.c_attn.bias", DType.Float32, 9);
        parameters.Add("ln_f.weight", DType.Float32, 3);
        parameters.Add("lm_head.weight", DType.Float32, 5, 3);
        return parameters;
    }
}
