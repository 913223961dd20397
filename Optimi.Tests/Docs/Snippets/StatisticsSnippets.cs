using Optimi;

namespace Snippets;

/// <summary>The code of the page on statistics.</summary>
internal sealed class StatisticsSnippets
{
    [Test]
    public void A_look_now_and_then()
    {
        using var device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter weight = parameters.Add("weight", DType.BFloat16, 3);
        weight.Value.Fill(1);
        weight.Gradient.Fill(1);
        using var optimizer = new AdamW(parameters, lr: 1e-4);
        for (int step = 0; step < 2000; step++)
        {
            if (step % 1000 == 0)
            {
                StepStatistics statistics = optimizer.StepWithStatistics();
                Console.WriteLine(statistics);
                double share = statistics[weight].RoundedAwayShare;
                Console.WriteLine($"{share:P0} of the updates of {weight.Name} would be lost without Kahan summation.");
            }
            else
            {
                optimizer.Step();
            }
        }

        Assert.That(optimizer.StepCount(weight), Is.EqualTo(2000));
    }
}
