using CsCheck;

namespace Optimi.Tests;

/// <summary>Memory for gradients that is rented for a moment.</summary>
internal sealed class GradientPoolTests
{
    private static readonly (int Weight, int Bias)[] _layers = [(3000, 100), (10_000, 300), (500, 10)];

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void The_pool_is_as_large_as_the_largest_layer_in_flight(TestDevice row)
    {
        using var released = new ParameterBuffer(row.Shared, GradientMemory.None);
        using var kept = new ParameterBuffer(row.Shared);
        using AdamW one = new(Fill(released), lr: 0.1);
        using AdamW other = new(Fill(kept), lr: 0.1);
        long largest = 0;
        for (int step = 0; step < 3; step++)
        {
            for (int layer = _layers.Length - 1; layer >= 0; layer--)
            {
                RentedGradient weight = released[$"{layer}.weight"].RentGradient();
                RentedGradient bias = released[$"{layer}.bias"].RentGradient();
                largest = Math.Max(largest, TileBytes(_layers[layer].Weight) + TileBytes(_layers[layer].Bias));
                Write(weight, kept[$"{layer}.weight"], step);
                Write(bias, kept[$"{layer}.bias"], step);
                one.Step(bias, weight);
                Assert.That(released.GradientBytes, Is.LessThanOrEqualTo(largest));
            }

            other.Step();
        }

        Assert.Multiple(() =>
        {
            Assert.That(
                released.SelectMany(parameter => TestTraining.Bits(parameter.Value)),
                Is.EqualTo(kept.SelectMany(parameter => TestTraining.Bits(parameter.Value))));
            Assert.That(released.PeakGradientBytes, Is.EqualTo(largest));
        });
    }

    [Test]
    public void It_never_has_more_than_was_rented_at_once_in_whatever_order_layers_come() => Gen.Int[1, 3000].Array[1, 4].Array[1, 6].Sample(
        layers =>
        {
            using ComputeDevice device = ComputeDevice.Open("cpu");
            using var parameters = new ParameterBuffer(device, GradientMemory.None);
            Parameter[][] added =
            [
                .. layers.Select((layer, i) => layer.Select((length, j) => parameters.Add($"{i}.{j}", DType.Float32, length)).ToArray()),
            ];
            long most = 0;
            bool fits = true;
            for (int pass = 0; pass < 3; pass++)
            {
                int live = device.Allocator.Live;
                foreach (Parameter[] layer in added)
                {
                    RentedGradient[] rented = [.. layer.Select(parameter => parameter.RentGradient())];
                    most = Math.Max(most, layer.Sum(parameter => TileBytes((int)parameter.Length)));
                    fits &= parameters.GradientBytes <= most;
                    Array.ForEach(rented, gradient => gradient.Dispose());
                }

                fits &= pass < 2 || device.Allocator.Live == live;
            }

            return fits && parameters.PeakGradientBytes == most && parameters.GradientBytes == most;
        },
        iter: 200);

    [Test]
    public void Memory_that_comes_back_is_rented_again()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device, GradientMemory.None);
        Parameter[] tensors = [.. Enumerable.Range(0, 4).Select(i => parameters.Add($"p{i}", DType.Float32, 256))];
        RentedGradient first = tensors[0].RentGradient();
        RentedGradient second = tensors[1].RentGradient();
        first.Dispose();
        RentedGradient third = tensors[2].RentGradient();
        Assert.That(parameters.GradientBytes, Is.EqualTo(2 * 1024));
        second.Dispose();
        third.Dispose();
        third.Dispose();
        tensors[3].RentGradient().Dispose();
        Assert.That(parameters.GradientBytes, Is.EqualTo(1024), "nobody knows yet how large its layer is");
        tensors[0].RentGradient().Dispose();
        Assert.That(parameters.GradientBytes, Is.EqualTo(2 * 1024), "its layer once took that");
        int live = device.Allocator.Live;
        tensors[3].RentGradient().Dispose();
        tensors[0].RentGradient().Dispose();
        Assert.That(device.Allocator.Live, Is.EqualTo(live));
    }

    [Test]
    public void What_is_rented_twice_or_used_too_late_is_refused()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device, GradientMemory.None);
        Parameter weight = parameters.Add("weight", DType.Float32, 3);
        using var optimizer = new AdamW(parameters, lr: 0.1);
        RentedGradient rented = weight.RentGradient();
        Assert.That(weight.RentGradient, Throws.TypeOf<ParameterException>().With.Message.Contains("'weight' is rented already"));
        rented.Fill(1);
        optimizer.Step(rented);
        Assert.Multiple(() =>
        {
            Assert.That(() => rented.AsSpan<float>(), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => optimizer.Step(rented), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => rented.Fill(0), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(optimizer.StepCount(weight), Is.EqualTo(1));
        });
    }

    private static long TileBytes(int length) => (length + 255) / 256 * 1024L;

    private static ParameterBuffer Fill(ParameterBuffer parameters)
    {
        for (int layer = 0; layer < _layers.Length; layer++)
        {
            parameters.Add($"{layer}.weight", DType.Float32, _layers[layer].Weight).Value.Fill(layer);
            parameters.Add($"{layer}.bias", DType.Float32, _layers[layer].Bias).Value.Fill(-layer);
        }

        return parameters;
    }

    private static void Write(RentedGradient rented, Parameter kept, int step)
    {
        float[] numbers = TestTraining.Numbers(new Random(step + kept.Name.GetHashCode(StringComparison.Ordinal)), (int)kept.Length);
        rented.CopyFrom(numbers);
        kept.Gradient.CopyFrom(numbers);
    }
}
