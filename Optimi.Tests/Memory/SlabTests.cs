namespace Optimi.Tests;

/// <summary>Where slabs lie.</summary>
internal sealed class SlabTests
{
    private const int Page = 4096;

    private const int HugePage = 2 << 20;

    [TestCase(1)]
    [TestCase(10_000)]
    [TestCase(5_000_000)]
    public void Slots_that_are_walked_side_by_side_start_at_places_of_a_page_of_their_own(int length)
    {
        long[] places = [.. AddressesOfSlots(length).Select(address => address % Page)];
        Assert.That(places, Is.Unique.And.Exactly(7).Items);
        Assert.That(places.Select(place => place % 512), Is.All.Zero);
    }

    [Test]
    public void Large_slabs_start_further_apart()
    {
        long[] places = [.. AddressesOfSlots(5_000_000).Select(address => address % HugePage).Order()];
        Assert.That(places.Zip(places.Skip(1), (place, next) => next - place), Is.All.GreaterThan(128 << 10));
    }

    private static long[] AddressesOfSlots(int length)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.BFloat16, length);
        using var optimizer = new Adan(parameters, lr: 1e-3, kahan: true);
        return
        [
            AddressOf(parameter.Value),
            AddressOf(parameter.Gradient),
            .. optimizer.StateNames(parameter).Select(name => AddressOf(optimizer.State(parameter, name))),
        ];
    }

    private static unsafe long AddressOf(TensorStorage slot)
    {
        fixed (BFloat16* address = slot.AsSpan<BFloat16>())
            return (long)address;
    }
}
