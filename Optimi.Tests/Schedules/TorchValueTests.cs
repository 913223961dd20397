using System.Text.Json;

namespace Optimi.Tests;

/// <summary>PyTorch 2.6's own values, over 200 steps.</summary>
internal sealed class TorchValueTests : ScheduleFixture
{
    private static readonly JsonElement _file = JsonDocument.Parse(ReadmeTests.Resource("torch-values.json")).RootElement;

    private static IEnumerable<string> Kinds => _file.GetProperty("schedules").EnumerateObject().Select(kind => kind.Name);

    [TestCaseSource(nameof(Kinds))]
    public void Values_agree_with_PyTorchs(string kind)
    {
        JsonElement row = _file.GetProperty("schedules").GetProperty(kind);
        double[] expected = Numbers(row.GetProperty("value"));
        using AdamW optimizer = Optimizer(_file.GetProperty("lr").GetDouble());
        double[] values = row.TryGetProperty("metrics", out JsonElement metrics)
            ? OnPlateau(optimizer, Numbers(metrics))
            : RatesOf(ScheduleCase.All.Single(row => row.Name == kind).Create(optimizer, null), expected.Length);
        Assert.That(values, Has.Length.EqualTo(200));
        AssertNear(values, expected);
    }

    private static double[] OnPlateau(Optimizer optimizer, double[] metrics)
    {
        var schedule = new ReduceLROnPlateau(optimizer, factor: 0.5, patience: 5, cooldown: 2, minLr: 0.001);
        return [.. metrics.Select(metric =>
        {
            double rate = optimizer.Lr;
            schedule.Step(metric);
            return rate;
        })];
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetDouble())];
}
