using CsCheck;
using Optimi.Kernels;

namespace Optimi.Tests;

internal sealed class ParameterBufferTests
{
    private static readonly Gen<int[]> _shape = Gen.Int[1, 24].Array[1, 3];

    private ComputeDevice _device = null!;
    private ParameterBuffer _parameters = null!;

    [SetUp]
    public void Open()
    {
        _device = ComputeDevice.Open("cpu");
        _parameters = new ParameterBuffer(_device);
    }

    [TearDown]
    public void Close()
    {
        _parameters.Dispose();
        _device.Dispose();
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Tensors_of_any_shapes_do_not_overlap(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        Gen.Select(_shape, Gen.Bool).Array[1, 12].Sample(
            tensors =>
            {
                using var parameters = new ParameterBuffer(device);
                foreach ((int[] shape, bool isFloat32) in tensors)
                    parameters.Add($"{parameters.Count}", isFloat32 ? DType.Float32 : DType.BFloat16, shape);
                foreach ((int i, Parameter parameter) in parameters.Index())
                {
                    parameter.Value.Fill(i + 1);
                    parameter.Gradient.Fill(-i - 1);
                }

                return parameters.Index().All(item =>
                    Numbers(item.Item.Value).All(number => number == item.Index + 1)
                    && Numbers(item.Item.Gradient).All(number => number == -item.Index - 1));
            },
            iter: 20,
            threads: 1);
    }

    [Test]
    public void Every_tensor_starts_on_a_tile_and_every_slab_on_512_bytes()
    {
        foreach (int length in (int[])[1, 257, 300])
        {
            _parameters.Add($"f{length}", DType.Float32, length);
            _parameters.Add($"b{length}", DType.BFloat16, length);
        }

        Assert.Multiple(() =>
        {
            foreach (Parameter parameter in _parameters)
            {
                Assert.That(Address(parameter.Value) % (Tile.Length * 2), Is.Zero, parameter.Name);
                Assert.That(Address(parameter.Gradient) % (Tile.Length * 2), Is.Zero, parameter.Name);
            }

            Assert.That(Address(_parameters["f1"].Value) % 512, Is.Zero);
            Assert.That(Address(_parameters["b1"].Gradient) % 512, Is.Zero);
        });
    }

    [Test]
    public void Bytes_are_those_of_whole_tiles_and_gradients_come_when_they_are_wanted()
    {
        Parameter first = _parameters.Add("a", DType.Float32, 257);
        _parameters.Add("b", DType.Float32, 1);
        _parameters.Add("c", DType.BFloat16, 10, 30);
        Assert.That(_parameters.ValueBytes, Is.EqualTo((3 * 256 * 4) + (2 * 256 * 2)));
        Assert.That(_parameters.GradientBytes, Is.Zero);
        first.Gradient.Fill(0);
        Assert.That(_parameters.GradientBytes, Is.EqualTo(3 * 256 * 4));
    }

    [Test]
    public void Values_written_before_memory_is_allocated_share_one_slab_and_survive()
    {
        for (int i = 0; i < 5; i++)
        {
            _parameters.Add($"p{i}", DType.BFloat16, 10).Value.Fill(i);
            _parameters[$"p{i}"].Gradient.Fill(-i);
        }

        Parameter late = _parameters.Add("late", DType.Float32, 2);
        late.Value.CopyFrom([1, 2]);
        Assert.Multiple(() =>
        {
            for (int i = 0; i < 5; i++)
            {
                Assert.That(Numbers(_parameters[$"p{i}"].Value), Is.All.EqualTo(i));
                Assert.That(Numbers(_parameters[$"p{i}"].Gradient), Is.All.EqualTo(-i));
                Assert.That(_parameters[$"p{i}"].HasGradient, Is.True);
            }

            Assert.That(Numbers(late.Value), Is.EqualTo((float[])[1, 2]));
            Assert.That(_parameters.Take(5).Select(parameter => parameter.Place).Distinct().Count(), Is.EqualTo(1));
        });
    }

    [Test]
    public void Parameters_added_later_leave_the_others_where_they_are()
    {
        Parameter first = _parameters.Add("a", DType.Float32, 3);
        first.Value.Fill(1);
        long address = Address(first.Value);
        Parameter second = _parameters.Add("b", DType.Float32, 3);
        second.Value.Fill(2);
        Assert.Multiple(() =>
        {
            Assert.That(Address(first.Value), Is.EqualTo(address));
            Assert.That(Numbers(first.Value), Is.All.EqualTo(1));
            Assert.That(Numbers(second.Value), Is.All.EqualTo(2));
        });
    }

    [Test]
    public void What_exceeds_the_largest_allocation_gets_a_further_slab()
    {
        _device.MaxAllocationBytes = 4 * 1024;
        for (int i = 0; i < 5; i++)
            _parameters.Add($"p{i}", DType.Float32, 512).Value.Fill(i);
        Assert.That(_parameters.ValueBytes, Is.EqualTo(5 * 512 * 4));
        Assert.That(_parameters.Select(parameter => parameter.Place).Distinct().Count(), Is.EqualTo(3));
        Assert.That(_parameters.Select(parameter => Numbers(parameter.Value)[0]), Is.EqualTo((float[])[0, 1, 2, 3, 4]));
    }

    [Test]
    public void Zeroing_gradients_does_not_touch_whether_they_are_there()
    {
        Parameter with = _parameters.Add("with", DType.Float32, 3);
        Parameter without = _parameters.Add("without", DType.Float32, 3);
        with.Gradient.Fill(1);
        _parameters.ZeroGradients();
        Assert.Multiple(() =>
        {
            Assert.That(Numbers(with.Gradient), Is.All.Zero);
            Assert.That(with.HasGradient, Is.True);
            Assert.That(without.HasGradient, Is.False);
        });
    }

    [Test]
    public void A_parameter_is_found_by_name()
    {
        Parameter parameter = _parameters.Add("fc1.weight", DType.BFloat16, 2, 3);
        Assert.Multiple(() =>
        {
            Assert.That(_parameters["fc1.weight"], Is.SameAs(parameter));
            Assert.That(_parameters.TryGet("fc1.weight", out Parameter? found) ? found : null, Is.SameAs(parameter));
            Assert.That(_parameters.TryGet("other", out _), Is.False);
            Assert.That(() => _parameters["other"], Throws.TypeOf<ParameterException>().With.Message.Contains("fc1.weight"));
            Assert.That($"{parameter}", Is.EqualTo("fc1.weight BFloat16 [2, 3]"));
            Assert.That(parameter.Shape.ToArray(), Is.EqualTo((int[])[2, 3]));
            Assert.That(parameter.Length, Is.EqualTo(6));
        });
    }

    [Test]
    public void A_name_that_is_taken_is_refused()
    {
        _parameters.Add("w", DType.Float32, 1);
        Refused(() => _parameters.Add("w", DType.Float32, 1), "'w'");
    }

    [TestCase("")]
    [TestCase(" ")]
    [TestCase(null)]
    public void A_name_that_is_empty_is_refused(string? name) => Refused(() => _parameters.Add(name!, DType.Float32, 1), "name");

    [Test]
    public void An_empty_shape_is_refused() => Refused(() => _parameters.Add("w", DType.Float32), "[1]");

    [Test]
    public void An_extent_below_zero_is_refused() =>
        Refused(() => _parameters.Add("w", DType.Float32, 2, -3), "[2, -3]");

    [Test]
    public void More_numbers_than_can_be_counted_are_refused() => Refused(
        () => _parameters.Add("w", DType.Float32, int.MaxValue, int.MaxValue, int.MaxValue), "more numbers than can be counted");

    [Test]
    public void More_numbers_than_there_is_memory_for_are_refused() =>
        Refused(() => _parameters.Add("w", DType.Float32, int.MaxValue, 1000), FormattableString.Invariant($"{_device.MemoryBytes:N0} bytes"));

    [Test]
    public void An_unknown_storage_type_is_refused() => Refused(() => _parameters.Add("w", (DType)77, 1), "77");

    [Test]
    public void Nothing_is_usable_after_disposal()
    {
        Parameter parameter = _parameters.Add("w", DType.Float32, 3);
        parameter.Gradient.Fill(1);
        _parameters.Dispose();
        _parameters.Dispose();
        Assert.Multiple(() =>
        {
            Disposed(() => _parameters.Add("v", DType.Float32, 1));
            Disposed(() => _ = _parameters.ValueBytes);
            Disposed(_parameters.ZeroGradients);
            Disposed(() => parameter.Value.Fill(1));
            Disposed(() => parameter.Value.CopyFrom(new float[3]));
            Disposed(() => parameter.Value.CopyTo(new float[3]));
            Disposed(() => parameter.Gradient.AsSpan<float>());
            Disposed(() => parameter.Gradient.AsArrayView<float>());
        });
    }

    [Test]
    public void Nothing_is_usable_after_the_device_is_closed()
    {
        Parameter parameter = _parameters.Add("w", DType.Float32, 3);
        _device.Dispose();
        Assert.Multiple(() =>
        {
            Disposed(() => parameter.Value.Fill(1));
            Disposed(() => _parameters.Add("v", DType.Float32, 1));
            Disposed(_device.Synchronize);
        });
    }

    private static void Disposed(Action action) => Assert.That(action, Throws.TypeOf<ObjectDisposedException>());

    private static unsafe long Address(TensorStorage storage)
    {
        if (storage.DType == DType.Float32)
        {
            fixed (float* first = storage.AsSpan<float>())
                return (long)first;
        }

        fixed (BFloat16* first = storage.AsSpan<BFloat16>())
            return (long)first;
    }

    private static float[] Numbers(TensorStorage storage) => TestTraining.Numbers(storage);

    /// <summary>Whatever is refused, the buffer goes on working.</summary>
    private void Refused(Action action, string text)
    {
        int count = _parameters.Count;
        Assert.That(action, Throws.TypeOf<ParameterException>().With.Message.Contains(text));
        Assert.That(_parameters, Has.Count.EqualTo(count));
        _parameters.Add("next", DType.Float32, 2).Value.Fill(5);
        Assert.That(Numbers(_parameters["next"].Value), Is.All.EqualTo(5));
    }
}
