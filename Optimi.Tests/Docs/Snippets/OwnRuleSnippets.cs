using Optimi;
using Optimi.Kernels;

namespace Snippets;

/// <summary>The README's code with a rule of one's own.</summary>
internal sealed class OwnRuleSnippets
{
    [Test]
    public void Own_rule()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        parameters.Add("weight", DType.Float32, 3).Gradient.Fill(1);

        using var optimizer = new Optimizer<SignMomentumRule<ScalarLane>>(parameters, new SignMomentumOptions { Lr = 1e-3 });
        optimizer.Step();

        var values = new float[3];
        parameters["weight"].Value.CopyTo(values);
        Assert.That(values, Is.All.EqualTo(-1e-3f));
    }
}
