using Optimi.Bench;

namespace Optimi.Tests;

internal sealed class FrameworkTensorsTests
{
    private static readonly int[] _lengths = [991, 1007, 995, 4];

    [Test]
    public void Tensors_begin_anywhere_or_where_they_are_told_to(
        [Values("cpu", "opencl")] string name, [Values] PageKind pages, [Values(2, 512)] int alignment)
    {
        ComputeDevice device = TestDevice.All.First(row => row.Name.StartsWith(name, StringComparison.Ordinal)).Shared;
        using var values = new FrameworkTensors(device, DType.BFloat16, _lengths, alignment, pages, place: 0);
        using var gradients = new FrameworkTensors(device, DType.BFloat16, _lengths, alignment, pages, place: 1);
        using var buffer = new ParameterBuffer(device);
        Parameter[] parameters =
        [
            .. _lengths.Select((length, i) =>
                buffer.Adopt($"{i}", DType.BFloat16, [length], values.Views[i], gradients.Views[i])),
        ];
        TestData.Start(parameters);
        Assert.Multiple(() =>
        {
            // All were written before any is read: none lies on another.
            foreach (Parameter parameter in parameters)
            {
                var numbers = new float[parameter.Length];
                parameter.Value.CopyTo(numbers);
                Assert.That(numbers[0], Is.EqualTo(-127.5f / 256).Within(0.01f));
                Assert.That(numbers[^1], Is.EqualTo((((numbers.Length - 1) % 256) - 127.5f) / 256).Within(0.01f));
            }
        });
    }
}
