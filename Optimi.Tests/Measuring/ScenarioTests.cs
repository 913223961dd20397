using Optimi.Bench;

namespace Optimi.Tests;

internal sealed class ScenarioTests
{
    private const int Parameters = 16_000_000;

    [Test]
    public void Large_is_one_tensor() => Assert.That(Shapes("large"), Is.EqualTo((int[][])[[Parameters]]));

    [Test]
    public void Transformer_has_large_and_tiny_tensors_of_nearly_as_many_numbers()
    {
        IReadOnlyList<int[]> shapes = Shapes("transformer");
        long[] lengths = [.. shapes.Select(shape => shape.Aggregate(1L, (length, extent) => length * extent))];
        Assert.Multiple(() =>
        {
            Assert.That(shapes, Has.Count.EqualTo(148));
            Assert.That(lengths.Sum(), Is.InRange(0.95 * Parameters, Parameters));
            Assert.That(lengths.Min(), Is.LessThan(1000));
            Assert.That(lengths.Max(), Is.GreaterThan(1_000_000));
        });
    }

    [Test]
    public void Many_small_is_a_thousand_times_a_thousand() =>
        Assert.That(Shapes("many-small"), Has.Count.EqualTo(1000).And.All.EqualTo((int[])[1000]));

    [Test]
    public void Many_groups_is_sixteen_groups_of_different_learning_rates()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        Scenario scenario = Of("many-groups");
        var variant = new Variant(BenchOptimizer.All[0], Variant.Storages[0]);
        using var workload = new Workload(device, variant, scenario.Shapes(10_000), scenario.Groups);
        Assert.Multiple(() =>
        {
            Assert.That(workload.Groups, Has.Count.EqualTo(16));
            Assert.That(workload.Groups.Select(group => group.Lr), Is.Unique);
            Assert.That(workload.Groups.Sum(group => group.Parameters.Count), Is.EqualTo(workload.Parameters.Count));
        });
    }

    private static IReadOnlyList<int[]> Shapes(string name) => Of(name).Shapes(Parameters);

    private static Scenario Of(string name) => Scenario.All.Single(scenario => scenario.Name == name);
}
