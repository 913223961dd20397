using Optimi;

namespace Snippets;

/// <summary>The code of the page on options.</summary>
internal sealed class OptionsSnippets
{
    [Test]
    public void Change_rates_and_options()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        var defaults = new AdamWOptions { Lr = 1e-3 };
        using var optimizer = new AdamW(
            new ParameterGroup([parameters.Add("matrix", DType.BFloat16, 3, 3)], defaults),
            new ParameterGroup([parameters.Add("bias", DType.BFloat16, 3)], defaults));

        optimizer.Groups[1].Lr = 2e-3;
        optimizer.ScaleLr(0.99);
        optimizer.Lr = 1e-4;

        ParameterGroup group = optimizer.Groups[0];
        group.Options = (AdamWOptions)group.Options with { WeightDecay = 0.05, Beta2 = 0.95 };

        Assert.That(optimizer.Groups[1].Lr, Is.EqualTo(1e-4));
        Assert.That(group.Options.WeightDecay, Is.EqualTo(0.05));
    }

    [Test]
    public void Warm_up()
    {
        var options = new AdamWOptions { Lr = 1e-6, MaxLr = 1e-3, DecoupleLr = true, WeightDecay = 1e-5 };

        Assert.That(options.MaxLr, Is.EqualTo(1e-3));
    }
}
