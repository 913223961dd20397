namespace Optimi.Tests;

/// <summary>Some steps, a save, a load elsewhere and some steps more end with the bits of all steps at once.</summary>
internal sealed class ResumeTests
{
    private const int Steps = 3;

    private static IEnumerable<TestDevice> Devices =>
        TestDevice.Kinds.Where(device => !device.Name.StartsWith("cpu-simulated", StringComparison.Ordinal));

    private static IEnumerable<TestCaseData> Cases =>
        from device in Devices
        from other in Devices
        where device == other || device == Devices.First()
        from optimizer in TestOptimizer.All
        from variant in TestOptimizer.AllVariants
        select new TestCaseData(device, other, optimizer, variant.DType, variant.Kahan, variant.States).LongIf(
            // There each takes kernels of its own.
            other.IsOpenCL && variant is not (DType.BFloat16, true, null));

    [TestCaseSource(nameof(Cases))]
    public void A_resumed_training_ends_with_the_bits_of_an_unbroken_one(
        TestDevice device, TestDevice other, TestOptimizer optimizer, DType dtype, bool kahan, DType? states)
    {
        using SavedTraining unbroken = Training(device);
        unbroken.Run(0, 2 * Steps);
        using var file = new MemoryStream();
        using (SavedTraining first = Training(device))
        {
            first.Run(0, Steps);
            Checkpoint.Save(file, first.State);
        }

        using SavedTraining second = Training(other);
        // Whatever it did before is gone.
        second.Run(50, 1);
        file.Position = 0;
        Checkpoint.Load(file, second.State);
        second.Run(Steps, Steps);
        Assert.That(second.Bits(), Is.EqualTo(unbroken.Bits()));

        SavedTraining Training(TestDevice on) =>
            new(on.Shared, dtype, parameters => optimizer.Over(parameters, kahan, states));
    }
}
