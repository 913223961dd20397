namespace Optimi.Tests;

/// <summary>Where slabs lie.</summary>
internal sealed class SlabTests
{
    private const int Page = 4096;

    [TestCase(1)]
    [TestCase(10_000)]
    [TestCase(5_000_000)]
    public void Slots_that_are_walked_side_by_side_start_at_places_of_a_page_of_their_own(int length)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.BFloat16, length);
        using var optimizer = new Adan(parameters, lr: 1e-3, kahan: true);
        TensorStorage[] slots =
            [parameter.Value, parameter.Gradient, .. optimizer.StateNames(parameter).Select(name => optimizer.State(parameter, name))];
        long[] places = [.. slots.Select(slot => (long)(AddressOf(slot) % Page))];
        Assert.That(places, Is.Unique.And.Exactly(7).Items);
        Assert.That(places.Select(place => place % 512), Is.All.Zero);
    }

    private static unsafe nint AddressOf(TensorStorage slot)
    {
        fixed (Kernels.BFloat16* address = slot.AsSpan<Kernels.BFloat16>())
            return (nint)address;
    }
}
