using CsCheck;

namespace Optimi.Tests;

/// <summary>Groups that are stored each in its own way: a launch for each way, and every tensor as if it were alone.</summary>
internal sealed class LowBitGroupTests
{
    private static readonly AdamWOptions[] _groups =
    [
        new() { Lr = 1e-2, CompressedStates = true, MasterWeightBits = 24 },
        new() { Lr = 3e-3, CompressedStates = true, MasterWeightBits = 24, Dithered = false, WeightDecay = 0 },
        new() { Lr = 1e-2, Kahan = true },
        new() { Lr = 2e-2, CompressedStates = true, DitherSeed = 9 },
        new() { Lr = 2e-2, MasterWeightBits = 16, DecoupleLr = true, WeightDecay = 1e-4 },
    ];

    private static readonly Gen<Tensor> _tensor =
        from length in Gen.Int[1, 700]
        from frozen in Gen.Frequency((5, Gen.Const(false)), (1, Gen.Const(true)))
        from takesPart in Gen.Bool.Array[4]
        from grouped in Gen.Int[0, _groups.Length - 1]
        select new Tensor(length, frozen, takesPart, grouped);

    private static IEnumerable<TestCaseData> Devices =>
        TestDevice.Kinds.Select(device => new TestCaseData(device).LongIf(device.IsOpenCL));

    [TestCaseSource(nameof(Devices))]
    public void Any_tensors_in_any_groups_are_stepped_as_if_each_were_alone(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        using ComputeDevice host = ComputeDevice.Open("cpu");
        _tensor.Array[1, 10].Sample(
            tensors => Train(device, tensors, first: 0).SequenceEqual(
                tensors.Index().SelectMany(tensor => Train(host, [tensor.Item], tensor.Index))),
            iter: device.Kind == DeviceKind.Simulated ? 8 : 60,
            threads: 1);
    }

    [TestCaseSource(nameof(Devices))]
    public void Each_way_to_store_is_one_launch(TestDevice row)
    {
        // Its own, as the launches of other tests would count.
        using ComputeDevice device = row.Open();
        using var parameters = new ParameterBuffer(device);
        for (int i = 0; i < 100; i++)
        {
            parameters.Add($"{i}", DType.BFloat16, 1 + (7 * i)).Value.Fill(i);
            parameters[$"{i}"].Gradient.Fill(1);
        }

        using var optimizer = new AdamW(
            [.. _groups.Select((options, group) => new ParameterGroup(parameters.Where((_, i) => i % _groups.Length == group), options))]);
        optimizer.Step();
        // Two groups differ in their scalars alone.
        Assert.That(device.Launches, Is.EqualTo(_groups.Length - 1));
    }

    private static uint[] Train(ComputeDevice device, Tensor[] tensors, int first)
    {
        using var parameters = new ParameterBuffer(device);
        foreach ((int i, Tensor tensor) in tensors.Index())
        {
            var random = new Random(first + i);
            Parameter parameter = parameters.Add($"{i}", DType.BFloat16, tensor.Length);
            parameter.Frozen = tensor.Frozen;
            parameter.Value.CopyFrom(TestTraining.Numbers(random, tensor.Length));
            parameter.Gradient.CopyFrom(TestTraining.Numbers(random, tensor.Length));
        }

        using var optimizer = new AdamW([.. tensors.Index().GroupBy(item => item.Item.Group).Select(group =>
            new ParameterGroup(group.Select(item => parameters[$"{item.Index}"]), _groups[group.Key]))]);
        for (int step = 0; step < 4; step++)
        {
            foreach ((int i, Tensor tensor) in tensors.Index())
                parameters[$"{i}"].HasGradient = tensor.TakesPart[step];
            optimizer.Step();
        }

        return StoredBits.Of(optimizer, parameters);
    }

    private sealed record Tensor(int Length, bool Frozen, bool[] TakesPart, int Group);
}
