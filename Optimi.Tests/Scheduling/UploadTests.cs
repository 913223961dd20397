namespace Optimi.Tests;

/// <summary>What a step copies to the device before its kernels.</summary>
internal sealed class UploadTests
{
    private const int Count = 400;

    /// <summary>Bytes of a tensor's part in the step.</summary>
    private const int PartBytes = 16;

    /// <summary>The host steps without tables.</summary>
    private static IEnumerable<TestDevice> Rows => TestDevice.Kinds.Where(device => device.Name != $"cpu-{HostLanes.Widest.Name}");

    [TestCaseSource(nameof(Rows))]
    public void A_gradient_that_moves_costs_its_own_entry(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        using var gradients = new ForeignMemory(device, DType.Float32, [.. Enumerable.Repeat(256, Count + 1)], isAligned: true);
        using var parameters = new ParameterBuffer(device);
        Parameter[] all = [.. Enumerable.Range(0, Count).Select(i => parameters.Add($"{i}", DType.Float32, 256))];
        for (int i = 0; i < Count; i++)
            all[i].BindGradient(gradients.View(i));
        using var optimizer = new AdamW(parameters, lr: 0.01);
        optimizer.Step();
        optimizer.Step();
        long scalars = BytesOf(() => { });
        Assert.Multiple(() =>
        {
            Assert.That(scalars, Is.LessThan(PartBytes * Count / 10));
            Assert.That(BytesOf(() => all[7].BindGradient(gradients.View(Count))) - scalars, Is.EqualTo(PartBytes));
            Assert.That(BytesOf(() => all[7].BindGradient(gradients.View(7))) - scalars, Is.EqualTo(PartBytes));
            Assert.That(BytesOf(() => Swap(Count - 2, Count - 1)) - scalars, Is.EqualTo(2 * PartBytes));
        });

        long BytesOf(Action move)
        {
            move();
            long before = device.UploadedBytes;
            optimizer.Step();
            return device.UploadedBytes - before;
        }

        void Swap(int one, int other)
        {
            all[one].BindGradient(gradients.View(other));
            all[other].BindGradient(gradients.View(one));
        }
    }
}
