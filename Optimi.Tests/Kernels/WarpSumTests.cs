using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>Sums that a warp makes in its registers.</summary>
internal sealed class WarpSumTests
{
    /// <summary>With ILGPU's own threads and shuffles, in every lane, and as the simulation makes it of all lanes at once.</summary>
    [Test]
    public void Threads_that_exchange_registers_give_the_sum_of_one_that_holds_them_all()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu-simulated");
        float[] numbers = TestTraining.Numbers(new Random(4), WarpSum.Lanes * Quad.Length);
        using var quads = device.Accelerator.Allocate1D(numbers);
        using var sums = device.Accelerator.Allocate1D<uint>(WarpSum.Lanes);
        device.Accelerator.LoadKernel<ArrayView<Quad>, ArrayView<uint>>(SumUp)(
            device.Stream, new KernelConfig(1, WarpSum.Lanes), quads.View.AsContiguous().Cast<Quad>(), sums.View.AsContiguous());
        uint[] actual = sums.GetAsArray1D();
        Assert.That(actual, Is.All.EqualTo(BitConverter.SingleToUInt32Bits(Folded(numbers))));
        SimulatedWarp.Register x = Every(0), y = Every(1), z = Every(2), w = Every(3);
        SimulatedWarp.Register sum = WarpSum.OfQuads<SimulatedWarp, SimulatedWarp.Register>(x, y, z, w);
        Assert.That(Enumerable.Range(0, WarpSum.Lanes).Select(lane => sum[lane]), Is.EqualTo(actual));

        SimulatedWarp.Register Every(int place)
        {
            SimulatedWarp.Register register = default;
            for (int lane = 0; lane < WarpSum.Lanes; lane++)
                register[lane] = BitConverter.SingleToUInt32Bits(numbers[(lane * Quad.Length) + place]);
            return register;
        }
    }

    internal static void SumUp(ArrayView<Quad> quads, ArrayView<uint> sums)
    {
        Quad quad = quads[Warp.LaneIdx];
        sums[Warp.LaneIdx] = WarpSum.OfQuads<DeviceWarp, uint>(quad.X, quad.Y, quad.Z, quad.W);
    }

    private static float Folded(float[] numbers)
    {
        while (numbers.Length > 1)
            numbers = [.. numbers.Take(numbers.Length / 2).Zip(numbers.Skip(numbers.Length / 2), (a, b) => a + b)];
        return numbers[0];
    }
}
