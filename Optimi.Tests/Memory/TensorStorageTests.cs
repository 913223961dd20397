using ILGPU;
using ILGPU.Runtime;
using Half = System.Half;

namespace Optimi.Tests;

[TestFixtureSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
internal sealed class TensorStorageTests(TestDevice row)
{
    private const int Length = 200_003;

    private ComputeDevice _device = null!;
    private ParameterBuffer _parameters = null!;

    private static IEnumerable<DType> DTypes => Enum.GetValues<DType>();

    [OneTimeSetUp]
    public void Open()
    {
        _device = row.Shared;
        _parameters = new ParameterBuffer(_device);
        foreach (DType dtype in DTypes)
            _parameters.Add($"{dtype}", dtype, Length);
    }

    [OneTimeTearDown]
    public void Close() => _parameters?.Dispose();

    [TestCaseSource(nameof(DTypes))]
    public void Float32_numbers_are_rounded_as_they_come_in(DType dtype)
    {
        float[] numbers = TestTraining.Numbers(new Random(1), Length);
        TensorStorage storage = _parameters[$"{dtype}"].Value;
        storage.CopyFrom(numbers);
        var actual = new float[Length];
        storage.CopyTo(actual);
        Assert.That(
            actual.AsSpan().SequenceEqual([.. numbers.Select(number => Stored(number, dtype))]), Is.True);
    }

    [TestCaseSource(nameof(DTypes))]
    public void BFloat16_numbers_of_moderate_size_come_in_and_out_exactly(DType dtype)
    {
        BFloat16[] numbers = [.. Enumerable.Range(0, Length).Select(i => (BFloat16)((i % 256) - 128f))];
        TensorStorage storage = _parameters[$"{dtype}"].Gradient;
        storage.CopyFrom(numbers);
        var actual = new BFloat16[Length];
        storage.CopyTo(actual);
        Assert.That(actual.AsSpan().SequenceEqual(numbers), Is.True);
    }

    [TestCaseSource(nameof(DTypes))]
    public void Float16_numbers_of_few_digits_come_in_and_out_exactly(DType dtype)
    {
        Half[] numbers = [.. Enumerable.Range(0, Length).Select(i => (Half)((i % 256) - 128f))];
        TensorStorage storage = _parameters[$"{dtype}"].Value;
        storage.CopyFrom(numbers);
        var actual = new Half[Length];
        storage.CopyTo(actual);
        Assert.That(actual.AsSpan().SequenceEqual(numbers), Is.True);
    }

    [TestCaseSource(nameof(DTypes))]
    public void Filling_rounds_once(DType dtype)
    {
        TensorStorage storage = _parameters[$"{dtype}"].Value;
        storage.Fill(1 / 3f);
        var actual = new float[Length];
        storage.CopyTo(actual);
        Assert.That(actual, Is.All.EqualTo(Stored(1 / 3f, dtype)));
    }

    [Test]
    public void A_span_is_the_memory_itself_on_the_host_and_refused_elsewhere()
    {
        Parameter parameter = _parameters[$"{DType.BFloat16}"];
        if (!_device.IsHost)
        {
            Assert.That(() => parameter.Value.AsSpan<BFloat16>(), Throws.TypeOf<DeviceException>().With.Message.Contains("AsArrayView"));
            return;
        }

        parameter.HasGradient = false;
        parameter.Gradient.AsSpan<BFloat16>()[7] = (BFloat16)2f;
        var numbers = new float[Length];
        parameter.Gradient.CopyTo(numbers);
        Assert.That(numbers[7], Is.EqualTo(2));
        Assert.That(parameter.HasGradient, Is.True);
    }

    [Test]
    public void An_array_view_is_the_memory_itself_everywhere()
    {
        Parameter parameter = _parameters[$"{DType.Float32}"];
        parameter.HasGradient = false;
        ArrayView<float> view = parameter.Gradient.AsArrayView<float>();
        view.MemSetToZero(_device.Stream);
        var numbers = new float[Length];
        parameter.Gradient.CopyTo(numbers);
        Assert.That(view.Length, Is.EqualTo(Length));
        Assert.That(numbers, Is.All.Zero);
        Assert.That(parameter.HasGradient, Is.True);
    }

    [Test]
    public void Reading_a_gradient_does_not_make_it_be_there()
    {
        Parameter parameter = _parameters[$"{DType.Float32}"];
        parameter.HasGradient = false;
        parameter.Gradient.CopyTo(new float[Length]);
        Assert.That(parameter.HasGradient, Is.False);
    }

    [Test]
    public void A_wrong_length_is_refused()
    {
        Parameter parameter = _parameters[$"{DType.Float32}"];
        parameter.HasGradient = false;
        Assert.Multiple(() =>
        {
            Refused(() => parameter.Gradient.CopyFrom(new float[3]), "3 were given");
            Refused(() => parameter.Gradient.CopyFrom(new BFloat16[Length + 1]), $"{Length + 1}");
            Refused(() => parameter.Gradient.CopyTo(new float[3]), "'Float32'");
            Refused(() => parameter.Gradient.CopyTo(new BFloat16[3]), $"{Length} numbers");
            Assert.That(parameter.HasGradient, Is.False);
        });
    }

    [Test]
    public void A_view_of_another_type_is_refused()
    {
        Refused(() => _parameters[$"{DType.Float32}"].Value.AsArrayView<BFloat16>(), "Single");
        Refused(() => _parameters[$"{DType.BFloat16}"].Value.AsSpan<float>(), "BFloat16");
    }

    private static float Stored(float number, DType dtype) => dtype switch
    {
        DType.Float32 => number,
        DType.BFloat16 => (BFloat16)number,
        _ => (float)(Half)number,
    };

    private static void Refused(Action action, string text) =>
        Assert.That(action, Throws.TypeOf<ParameterException>().With.Message.Contains(text));
}
