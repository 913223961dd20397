using CsCheck;

namespace Optimi.Tests;

/// <summary>However tensors are grouped and scheduled, each is stepped as if it were alone.</summary>
internal sealed class SchedulerTests
{
    private static readonly AdamWOptions[] _groups =
    [
        new() { Lr = 1e-2 },
        new() { Lr = 3e-3, WeightDecay = 0 },
        new() { Lr = 1e-2, WeightDecay = 1e-4, DecoupleLr = true, Kahan = false },
        new() { Lr = 2e-2, Beta1 = 0.5, Beta2 = 0.9, DecoupleWd = false },
    ];

    private static readonly Gen<Tensor> _tensor =
        from length in Gen.Int[1, 700]
        from isFloat32 in Gen.Bool
        from frozen in Gen.Frequency((5, Gen.Const(false)), (1, Gen.Const(true)))
        from takesPart in Gen.Bool.Array[4]
        from grouped in Gen.Int[0, 3]
        select new Tensor(length, isFloat32 ? DType.Float32 : DType.BFloat16, frozen, takesPart, grouped);

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Any_tensors_in_any_groups_are_stepped_as_if_each_were_alone(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        using ComputeDevice host = ComputeDevice.Open("cpu");
        _tensor.Array[1, 10].Sample(
            tensors => Together(device, tensors).SequenceEqual(tensors.SelectMany((tensor, i) => Alone(host, tensor, i))),
            iter: device.Kind == DeviceKind.Simulated ? 8 : 60,
            threads: 1);
    }

    [TestCase("cpu")]
    [TestCase("opencl")]
    [TestCase("cpu-simulated")]
    public void A_thousand_tensors_in_ten_groups_of_two_types_are_two_launches(string name)
    {
        // Its own, as the launches of other tests would count.
        using ComputeDevice device = TestDevice.Kinds.First(row => row.Name.StartsWith(name, StringComparison.Ordinal)).Open();
        using ComputeDevice host = ComputeDevice.Open("cpu");
        using var together = new ParameterBuffer(device);
        using var apart = new ParameterBuffer(host);
        var groups = new List<ParameterGroup>();
        var alone = new List<Optimizer>();
        for (int i = 0; i < 1000; i++)
        {
            DType dtype = i % 2 == 0 ? DType.Float32 : DType.BFloat16;
            Fill(together.Add($"{i}", dtype, 1 + (i % 250)), i);
            Fill(apart.Add($"{i}", dtype, 1 + (i % 250)), i);
        }

        for (int group = 0; group < 10; group++)
        {
            var options = new AdamWOptions { Lr = 1e-3 * (group + 1), WeightDecay = 0.01 * group };
            groups.Add(new ParameterGroup(together.Skip(group * 100).Take(100), options));
            alone.AddRange(apart.Skip(group * 100).Take(100).Select(parameter => new AdamW([parameter], options)));
        }

        using var optimizer = new AdamW(groups);
        int steps = device.Kind == DeviceKind.Simulated ? 1 : 3;
        for (int step = 0; step < steps; step++)
        {
            optimizer.Step();
            alone.ForEach(one => one.Step());
        }

        Assert.That(device.Launches, Is.EqualTo(2 * steps));
        Assert.That(host.Launches, Is.EqualTo(1000 * steps));
        Assert.That(
            together.SelectMany(parameter => Bits(optimizer, parameter))
                .SequenceEqual(apart.Zip(alone).SelectMany(pair => Bits(pair.Second, pair.First))),
            Is.True);
        alone.ForEach(one => one.Dispose());
    }

    [Test]
    public void Steps_are_counted_for_each_tensor_by_itself() => _tensor.Array[1, 10].Sample(
        tensors =>
        {
            using ComputeDevice device = ComputeDevice.Open("cpu");
            using var parameters = new ParameterBuffer(device);
            foreach ((int i, Tensor tensor) in tensors.Index())
                Fill(Add(parameters, tensor, i), i);
            using var optimizer = new AdamW(parameters, lr: 1e-2);
            for (int step = 0; step < 8; step++)
            {
                // Each state of affairs lasts two steps.
                foreach ((int i, Tensor tensor) in tensors.Index())
                    parameters[$"{i}"].HasGradient = tensor.TakesPart[step / 2];
                optimizer.Step();
            }

            return tensors.Index().All(tensor => optimizer.StepCount(parameters[$"{tensor.Index}"])
                == (tensor.Item.Frozen ? 0 : 2 * tensor.Item.TakesPart.Count(takes => takes)));
        },
        iter: 50,
        threads: 1);

    [Test]
    public void Threads_do_not_change_the_bits()
    {
        uint[][] results = [.. ((int[])[1, 2, 3, 8]).Select(threads =>
        {
            using ComputeDevice device = ComputeDevice.Open("cpu");
            device.Threads = threads;
            using var parameters = new ParameterBuffer(device);
            Parameter parameter = parameters.Add("p", DType.BFloat16, 300_001);
            Fill(parameter, 1);
            using var optimizer = new StableAdamW(parameters, lr: 1e-2);
            for (int step = 0; step < 3; step++)
                optimizer.Step();
            return Bits(optimizer, parameter).ToArray();
        })];
        Assert.That(results.Skip(1).All(result => result.AsSpan().SequenceEqual(results[0])), Is.True);
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(8)]
    public void Tensors_whose_update_depends_on_their_mean_are_stepped_as_if_each_were_alone(int threads)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        device.Threads = threads;
        // Small ones of which many share a part of the work, one that parts cut, and one whose sums take two levels.
        StepsTogetherAndApart(device, [.. Enumerable.Range(0, 300).Select(i => 1 + (i * 37 % 2000)), 30_000, 70_000, 3]);
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Tensors_whose_update_depends_on_their_mean_are_stepped_as_if_each_were_alone_on_every_device(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        // One that takes several groups between the passes; the simulation has none so large.
        StepsTogetherAndApart(device, [1, 300, 255, 700, device.Kind == DeviceKind.Simulated ? 2500 : 600_000, 129, 900, 3, 256]);
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.All))]
    public void Two_runs_give_the_same_bits(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        uint[] first = Run();
        Assert.That(Run().AsSpan().SequenceEqual(first), Is.True);

        uint[] Run() => TestTraining.Run(device, DType.BFloat16, parameters => new StableAdamW(parameters, lr: 1e-2));
    }

    private static uint[] Together(ComputeDevice device, Tensor[] tensors)
    {
        using var parameters = new ParameterBuffer(device);
        foreach ((int i, Tensor tensor) in tensors.Index())
            Fill(Add(parameters, tensor, i), i);
        using var optimizer = new AdamW([.. tensors.Index().GroupBy(item => item.Item.Group).Select(group =>
            new ParameterGroup(group.Select(item => parameters[$"{item.Index}"]), _groups[group.Key]))]);
        for (int step = 0; step < 4; step++)
        {
            foreach ((int i, Tensor tensor) in tensors.Index())
                parameters[$"{i}"].HasGradient = tensor.TakesPart[step];
            optimizer.Step();
        }

        return [.. parameters.SelectMany(parameter => Bits(optimizer, parameter))];
    }

    private static uint[] Alone(ComputeDevice device, Tensor tensor, int index)
    {
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = Add(parameters, tensor, index);
        Fill(parameter, index);
        using var optimizer = new AdamW(parameters, _groups[tensor.Group]);
        for (int step = 0; step < 4; step++)
        {
            parameter.HasGradient = tensor.TakesPart[step];
            optimizer.Step(parameter);
        }

        return [.. Bits(optimizer, parameter)];
    }

    private static Parameter Add(ParameterBuffer parameters, Tensor tensor, int index)
    {
        Parameter parameter = parameters.Add($"{index}", tensor.DType, tensor.Length);
        parameter.Frozen = tensor.Frozen;
        return parameter;
    }

    private static void Fill(Parameter parameter, int seed)
    {
        var random = new Random(seed);
        parameter.Value.CopyFrom(TestTraining.Numbers(random, (int)parameter.Length));
        parameter.Gradient.CopyFrom(TestTraining.Numbers(random, (int)parameter.Length));
    }

    private static IEnumerable<uint> Bits(Optimizer optimizer, Parameter parameter) =>
        TestTraining.Bits(parameter.Value).Concat(
            optimizer.StateNames(parameter).SelectMany(name => TestTraining.Bits(optimizer.State(parameter, name))));

    /// <summary>Steps of StableAdamW in two groups, in each of which other tensors are left out, and one is stepped again by itself.</summary>
    private static void StepsTogetherAndApart(ComputeDevice device, int[] lengths)
    {
        using var together = new ParameterBuffer(device);
        using var apart = new ParameterBuffer(device);
        foreach ((int i, int length) in lengths.Index())
        {
            Fill(together.Add($"{i}", DType.BFloat16, length), i);
            Fill(apart.Add($"{i}", DType.BFloat16, length), i);
        }

        StableAdamWOptions[] options = [new() { Lr = 1e-2 }, new() { Lr = 3e-2, WeightDecay = 0.1 }];
        using var optimizer = new StableAdamW(
            [.. options.Select((group, i) => new ParameterGroup(together.Where((_, j) => GroupOf(j) == i), group))]);
        StableAdamW[] alone = [.. apart.Select((parameter, j) => new StableAdamW([parameter], options[GroupOf(j)]))];
        for (int step = 0; step < 3; step++)
        {
            foreach ((int i, Parameter parameter) in together.Index())
                parameter.HasGradient = apart[$"{i}"].HasGradient = i % 7 != step;
            optimizer.Step();
            optimizer.Step(together["5"]);
            foreach (StableAdamW one in alone)
                one.Step();
            alone[5].Step();
        }

        Assert.That(
            together.SelectMany(parameter => Bits(optimizer, parameter))
                .SequenceEqual(apart.Zip(alone).SelectMany(pair => Bits(pair.Second, pair.First))),
            Is.True);
        foreach (StableAdamW one in alone)
            one.Dispose();

        int GroupOf(int tensor) => tensor / (lengths.Length / 3) % 2;
    }

    private sealed record Tensor(int Length, DType DType, bool Frozen, bool[] TakesPart, int Group);
}
