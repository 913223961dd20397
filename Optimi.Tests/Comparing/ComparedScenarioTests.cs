using Optimi.Bench;

namespace Optimi.Tests;

internal sealed class ComparedScenarioTests
{
    private const int Parameters = 16_000_000;

    private static IEnumerable<string> Names => ComparedScenario.All.Select(scenario => scenario.Name);

    [TestCaseSource(nameof(Names))]
    public void Ways_step_as_many_numbers_as_their_baseline(string name)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        ComparedScenario scenario = Of(name);
        using IWorkload baseline = scenario.Baseline(device, Variant, 10_000);
        foreach (NamedWay named in scenario.Ways(device))
        {
            using IWorkload way = named.Create(device, Variant, 10_000);
            Assert.That(NumbersOf(way), Is.EqualTo(NumbersOf(baseline)), named.Name);
        }

        static long NumbersOf(IWorkload workload) => workload.Groups.Sum(group => group.Parameters.Sum(parameter => parameter.Length));
    }

    [Test]
    public void Small_adopted_tensors_are_a_thousand_mostly_of_odd_lengths()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using IWorkload way = Of("adopted-small").Ways(device)[0].Create(device, Variant, Parameters);
        long[] lengths = [.. way.Groups.Single().Parameters.Select(parameter => parameter.Length)];
        Assert.Multiple(() =>
        {
            Assert.That(lengths, Has.Length.EqualTo(1000));
            Assert.That(lengths, Is.All.InRange(990, 1010));
            Assert.That(lengths.Sum(), Is.EqualTo(1_000_000));
            Assert.That(lengths.Count(long.IsOddInteger), Is.GreaterThan(700));
        });
    }

    [Test]
    public void Late_groups_are_a_hundred_and_begin_with_their_first_step()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using IWorkload way = Of("late-groups").Ways(device)[0].Create(device, Variant, Parameters);
        using IWorkload baseline = Of("late-groups").Baseline(device, Variant, Parameters);
        Assert.Multiple(() =>
        {
            Assert.That(way.Groups.Select(group => group.Lr), Is.EqualTo(baseline.Groups.Select(group => group.Lr)));
            Assert.That(way.Groups, Has.Count.EqualTo(100));
            Assert.That(
                way.Groups.Select(group => group.Parameters.Select(parameter => parameter.Name)),
                Is.EqualTo(baseline.Groups.Select(group => group.Parameters.Select(parameter => parameter.Name))));
        });
    }

    [Test]
    public void A_release_takes_a_call_for_each_layer()
    {
        string[] names = [.. Enumerable.Range(0, 148).Select(i => $"{i}")];
        IReadOnlyList<string[]> layers = GptShapes.InLayers(names);
        Assert.Multiple(() =>
        {
            Assert.That(layers.SelectMany(layer => layer), Is.EqualTo(names));
            Assert.That(layers.Select(layer => layer.Length), Is.EqualTo((int[])[2, .. Enumerable.Repeat(12, 12), 2]));
        });
    }

    private static Variant Variant { get; } =
        new(BenchOptimizer.All.Single(optimizer => optimizer.Name == "adamw"), new StorageMode(DType.BFloat16, Kahan: true));

    private static ComparedScenario Of(string name) => ComparedScenario.All.Single(scenario => scenario.Name == name);
}
