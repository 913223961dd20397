using System.Runtime.InteropServices;

namespace Optimi.Tests;

/// <summary>Gradients that are added up.</summary>
internal sealed class GradientSumTests
{
    private const int Length = 777;

    private static readonly DType[] _dtypes = [DType.Float32, DType.BFloat16, DType.Float16];

    private static IEnumerable<TestCaseData> Rows =>
        from device in TestDevice.Kinds
        from sum in _dtypes
        from source in _dtypes
            // PoCL compiles each of these kernels for the first time here.
        where device.Name != "opencl" || sum == source || (sum, source) == (DType.Float32, DType.BFloat16)
        select new TestCaseData(device, sum, source).SetArgDisplayNames(device.Name, $"{sum}", $"{source}");

    [TestCaseSource(nameof(Rows))]
    public void Each_sum_is_rounded_once(TestDevice row, DType sum, DType source)
    {
        ComputeDevice device = row.Shared;
        using var parameters = new ParameterBuffer(device, gradientDType: sum);
        Parameter parameter = parameters.Add("p", DType.BFloat16, Length);
        using var views = new ForeignMemory(device, source, [Length], isAligned: false);
        var random = new Random(5);
        float[] expected = new float[Length];
        for (int batch = 0; batch < 3; batch++)
        {
            float[] numbers = Rounded(TestTraining.Numbers(random, Length), source);
            numbers[0] = -0f;
            if (batch == 1)
            {
                views.Write(0, numbers);
                parameter.Gradient.Add(views.View(0));
            }
            else
            {
                Add(parameter.Gradient, numbers, source);
            }

            // What comes first is not added to zeros: -0 would be lost.
            expected = Rounded(batch == 0 ? numbers : [.. expected.Zip(numbers, (one, other) => one + other)], sum);
            Assert.That(
                TestTraining.Bits(parameter.Gradient), Is.EqualTo(MemoryMarshal.Cast<float, uint>(expected).ToArray()), $"batch {batch}");
        }
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void What_is_not_there_is_overwritten_so_that_nothing_need_be_zeroed(TestDevice row)
    {
        using var parameters = new ParameterBuffer(row.Shared);
        Parameter parameter = parameters.Add("p", DType.Float32, 3);
        parameter.Gradient.CopyFrom([float.NaN, 1, 2]);
        parameter.HasGradient = false;
        parameter.Gradient.Add([1f, 2f, 3f]);
        parameter.Gradient.Add([1f, 2f, 3f]);
        Assert.That(TestTraining.Numbers(parameter.Gradient), Is.EqualTo(new float[] { 2, 4, 6 }));
        RentedGradient rented = parameter.RentGradient();
        rented.Add([1f, 1f, 1f]);
        rented.Add([1f, 2f, 3f]);
        Assert.That(TestTraining.Numbers(rented), Is.EqualTo(new float[] { 2, 3, 4 }));
        rented.Dispose();
        Assert.That(
            () => parameter.Gradient.Add(new float[2]), Throws.TypeOf<ParameterException>().With.Message.Contains("3 numbers, but 2"));
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void More_than_is_copied_at_a_time_is_added(TestDevice row)
    {
        const int Many = (3 << 16) + 5;
        using var parameters = new ParameterBuffer(row.Shared);
        Parameter parameter = parameters.Add("p", DType.Float32, Many);
        float[] numbers = [.. Enumerable.Range(0, Many).Select(i => (float)i)];
        parameter.Gradient.Add(numbers);
        parameter.Gradient.Add(numbers);
        Assert.That(TestTraining.Numbers(parameter.Gradient).SequenceEqual(numbers.Select(number => 2 * number)), Is.True);
    }

    private static void Add(TensorStorage storage, float[] numbers, DType dtype)
    {
        switch (dtype)
        {
            case DType.Float32:
                storage.Add(numbers);
                break;
            case DType.BFloat16:
                storage.Add([.. numbers.Select(number => (BFloat16)number)]);
                break;
            default:
                storage.Add([.. numbers.Select(number => (Half)number)]);
                break;
        }
    }

    private static float[] Rounded(float[] numbers, DType dtype) => dtype switch
    {
        DType.Float32 => numbers,
        DType.BFloat16 => [.. numbers.Select(number => (float)(BFloat16)number)],
        _ => [.. numbers.Select(number => (float)(Half)number)],
    };
}
