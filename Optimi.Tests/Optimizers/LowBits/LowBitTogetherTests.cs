using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>A number in few bits depends on its group and on its place in its own tensor, and on nothing beside it in memory.</summary>
internal sealed class LowBitTogetherTests
{
    private const int Steps = 4;

    /// <summary>Around the lengths of both kinds of groups, and of a tile.</summary>
    private static readonly int[] _lengths = [1, 2, 3, 31, 32, 33, 63, 64, 65, 255, 256, 257, 1000];

    private static IEnumerable<TestCaseData> Rows =>
        from device in TestDevice.AllShapes
        from optimizer in LowBitOptimizer.All
        select new TestCaseData(device, optimizer).LongIf(device.IsOpenCL && (optimizer != LowBitOptimizer.Usual || device.Name != "opencl"));

    private static IEnumerable<TestCaseData> RowsOfHost => LowBitOptimizer.On(LowBitOptimizer.Hosts);

    [TestCaseSource(nameof(Rows))]
    public void Tensors_of_odd_lengths_in_one_launch_are_stepped_as_if_each_were_alone(TestDevice row, LowBitOptimizer optimizer)
    {
        using ComputeDevice host = DeviceFinder.OpenHost(DeviceKind.Host, typeof(ScalarLane));
        Assert.That(
            Train(row.Shared, optimizer, _lengths),
            Is.EqualTo(_lengths.SelectMany(length => Train(host, optimizer, [length]))));
    }

    [TestCaseSource(nameof(RowsOfHost))]
    public void However_the_work_is_cut_for_however_many_threads_the_bits_are_the_same(TestDevice row, LowBitOptimizer optimizer)
    {
        int[] lengths = [70_001, 300, 99_999];
        using ComputeDevice device = row.Open();
        device.Threads = 1;
        uint[] expected = [.. lengths.SelectMany(length => Train(device, optimizer, [length]))];
        foreach (int threads in (int[])[1, 2, 3, 8])
        {
            device.Threads = threads;
            Assert.That(Train(device, optimizer, lengths).AsSpan().SequenceEqual(expected), Is.True, $"{threads} threads");
        }
    }

    /// <summary>Trains tensors whose padding is poisoned.</summary>
    private static uint[] Train(ComputeDevice device, LowBitOptimizer optimizer, int[] lengths)
    {
        using var parameters = new ParameterBuffer(device);
        foreach (int length in lengths)
            parameters.Add($"p{length}", optimizer.DType, length).Value.CopyFrom(TestTraining.Numbers(new Random(length), length));
        Padding.Poison(parameters);
        using Optimizer created = optimizer.Create(parameters, seed: 3);
        for (int step = 1; step <= Steps; step++)
        {
            foreach (Parameter parameter in parameters)
            {
                int length = (int)parameter.Length;
                parameter.Gradient.CopyFrom(TestTraining.Numbers(new Random((1000 * step) + length), length));
            }

            created.Accumulate = step == 3 && optimizer.HasStates;
            created.Step();
        }

        return StoredBits.Of(created, parameters);
    }
}
