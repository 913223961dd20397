using CsCheck;
using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>Sums over tensors, in the one order that all devices keep.</summary>
internal sealed class TreeSumTests
{
    private static readonly Gen<float> _number = Gen.Frequency((9, Gen.Float[0, 1e6f]), (1, Gen.Const(-0f)));

    /// <summary>Numbers to sum up: some within one block, some of several levels of blocks.</summary>
    private static readonly Gen<float[]> _numbers = Gen.OneOf(
        _number.Array[1, 256], _number.Array[257, 3000], _number.Array[65_000, 70_000]);

    [Test]
    public void Sums_of_any_length_fold_block_by_block_on_every_register() => _numbers.Sample(
        numbers =>
        {
            float expected = Folded(numbers);
            return new[]
            {
                OnHost<ScalarLane>(numbers), OnHost<Vector128Lane>(numbers), OnHost<Vector256Lane>(numbers), OnHost<Vector512Lane>(numbers),
            }.All(sum => BitConverter.SingleToUInt32Bits(sum) == BitConverter.SingleToUInt32Bits(expected));
        },
        iter: 100);

    [Test]
    public void Tiles_fold_alike_however_registers_hold_them() => Gen.Select(_number.Array[256], Gen.Int[1, 256]).Sample(
        (numbers, length) =>
        {
            float expected = FoldedBlock(numbers[..length]);
            return new[] { 1, 2 }.SelectMany(perUnit => new[]
            {
                OfTile<ScalarLane>(numbers, perUnit, length),
                OfTile<Vector128Lane>(numbers, perUnit, length),
                OfTile<Vector256Lane>(numbers, perUnit, length),
                OfTile<Vector512Lane>(numbers, perUnit, length),
            }).All(sum => BitConverter.SingleToUInt32Bits(sum) == BitConverter.SingleToUInt32Bits(expected));
        },
        iter: 300);

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.AllShapes))]
    public void A_large_tensor_is_clipped_alike_on_every_device(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        // Tiles enough for a second level of blocks, and on CUDA for several groups; the simulation has fewer.
        int length = device.Kind == DeviceKind.Simulated ? 2500 : (2100 * 256) + 7;
        foreach (DType dtype in (DType[])[DType.Float32, DType.BFloat16])
        {
            using ComputeDevice reference = DeviceFinder.OpenHost(DeviceKind.Host, typeof(ScalarLane));
            Assert.That(Clipped(device, dtype, length).AsSpan().SequenceEqual(Clipped(reference, dtype, length)), Is.True);
        }
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.AllShapes))]
    public void Padding_takes_no_part_in_a_sum(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        foreach (DType dtype in (DType[])[DType.Float32, DType.BFloat16, DType.Float16])
        {
            // The last tile ends within its first half, or within its second one.
            foreach (int length in (int[])[301, 386])
                Assert.That(Clipped(device, dtype, length, padding: float.NaN), Is.EqualTo(Clipped(device, dtype, length)));
        }
    }

    /// <summary>The update is divided by the root of the mean, which the ratio of two learning rates shows.</summary>
    [Test]
    public void A_gradient_that_grows_is_clipped_by_its_root_mean_square()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.Float32, 2);
        using var optimizer = new StableAdamW(parameters, lr: 1, beta1: 0, beta2: 0.5, epsilon: 0, weightDecay: 0);
        parameter.Gradient.CopyFrom([1f, 1f]);
        optimizer.Step();
        parameter.Value.Fill(0);
        parameter.Gradient.CopyFrom([8f, 1f]);
        optimizer.Step();
        // Debiased, v is a third of the last and two thirds of this square.
        double v = (1 + (2 * 64)) / 3.0;
        double root = Math.Sqrt(((64 / v) + 1) / 2);
        var values = new float[2];
        parameter.Value.CopyTo(values);
        Assert.That(values, Is.EqualTo(new[] { -8 / Math.Sqrt(v) / root, -1 / root }).Within(1e-6));
    }

    private static unsafe float OnHost<TLane>(float[] numbers)
        where TLane : unmanaged, ILane<TLane>
    {
        fixed (float* sums = (float[])numbers.Clone())
            return TreeSum.OfSums<TLane>(sums, numbers.Length);
    }

    /// <summary>The sum of a tile whose units have one number each, or two.</summary>
    private static unsafe float OfTile<TLane>(float[] numbers, int perUnit, int length)
        where TLane : unmanaged, ILane<TLane>
    {
        float[] low = [.. numbers.Where((_, i) => i % perUnit == 0)];
        float[] high = [.. numbers.Where((_, i) => i % perUnit == 1)];
        fixed (float* first = low, second = high)
            return TreeSum.OfTile<TLane>(first, second, low.Length, length);
    }

    /// <summary>The definition, level by level.</summary>
    private static float Folded(float[] numbers)
    {
        while (numbers.Length > 1)
            numbers = [.. numbers.Chunk(256).Select(FoldedBlock)];
        return numbers[0];
    }

    private static float FoldedBlock(float[] block)
    {
        float[] numbers = [.. block, .. new float[256 - block.Length]];
        while (numbers.Length > 1)
            numbers = [.. numbers.Take(numbers.Length / 2).Zip(numbers.Skip(numbers.Length / 2), (a, b) => a + b)];
        return numbers[0];
    }

    private static uint[] Clipped(ComputeDevice device, DType dtype, int length, float padding = 0)
    {
        var random = new Random(3);
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", dtype, length);
        using var optimizer = new StableAdamW(parameters, lr: 0.1);
        for (int step = 0; step < 3; step++)
        {
            parameter.Gradient.CopyFrom(TestTraining.Numbers(random, length));
            Pad(parameter, padding);
            optimizer.Step();
        }

        return [.. TestTraining.Bits(parameter.Value), .. TestTraining.Bits(optimizer.State(parameter, "exp_avg_sq"))];
    }

    /// <summary>Fills the rest of the gradient's last tile.</summary>
    private static void Pad(Parameter parameter, float number)
    {
        parameter.Buffer.PlaceAll();
        long bytes = parameter.Length * parameter.DType.Bytes();
        var padding = new byte[((long)parameter.TileCount * parameter.DType.TileBytes()) - bytes];
        byte[] pattern = parameter.DType switch
        {
            DType.Float32 => BitConverter.GetBytes(number),
            DType.BFloat16 => BitConverter.GetBytes(((BFloat16)number).Bits),
            _ => BitConverter.GetBytes((System.Half)number),
        };
        for (int i = 0; i < padding.Length; i++)
            padding[i] = pattern[i % pattern.Length];
        parameter.Place!.Gradients.Upload((long)parameter.FirstTile * parameter.DType.TileBytes() + bytes, padding);
    }
}
