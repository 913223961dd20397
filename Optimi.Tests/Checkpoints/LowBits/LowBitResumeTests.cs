namespace Optimi.Tests;

/// <summary>What is stored in few bits goes through a file bit by bit: a training goes on as if nothing had interrupted it.</summary>
internal sealed class LowBitResumeTests
{
    private const int Steps = 3;

    private const uint Seed = 0xDEADBEEF;

    private static IEnumerable<TestCaseData> Cases =>
        from optimizer in LowBitOptimizer.All
        from device in TestDevice.Kinds
        from other in TestDevice.Kinds
        where device == other || device == LowBitOptimizer.Hosts.First()
        select new TestCaseData(optimizer, device, other).LongIf(other.IsOpenCL);

    [TestCaseSource(nameof(Cases))]
    public void A_resumed_training_ends_with_the_bits_of_an_unbroken_one(LowBitOptimizer optimizer, TestDevice device, TestDevice other)
    {
        using SavedTraining unbroken = Training(device, Seed);
        unbroken.Run(0, 2 * Steps);
        byte[] file;
        using (SavedTraining first = Training(device, Seed))
        {
            first.Run(0, Steps);
            file = first.Save();
        }

        // Whatever it was made with, and did before, is gone.
        using SavedTraining second = Training(other, seed: 1);
        second.Run(50, 1);
        second.Load(file);
        Assert.That(second.Save(), Is.EqualTo(file));
        second.Run(Steps, Steps);
        Assert.That(second.Bits(), Is.EqualTo(unbroken.Bits()));

        SavedTraining Training(TestDevice on, uint seed) =>
            new(on.Shared, optimizer.DType, parameters => optimizer.Create(parameters, seed));
    }

    [TestCaseSource(typeof(LowBitOptimizer), nameof(LowBitOptimizer.All))]
    public void A_file_for_PyTorch_comes_back_with_the_same_weights(LowBitOptimizer optimizer)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using SavedTraining first = Training();
        first.Run(0, Steps);
        using SavedTraining second = Training();
        second.Load(first.Save(StateConvention.PyTorch));
        foreach ((Parameter one, Parameter other) in first.Parameters.Zip(second.Parameters))
        {
            Assert.That(TestTraining.Bits(other.Value), Is.EqualTo(TestTraining.Bits(one.Value)));
            Assert.That(LowBits(second, other), Is.EqualTo(LowBits(first, one)));
            foreach (string state in first.Optimizer.StateNames(one))
            {
                float[] before = TestTraining.Numbers(first.Optimizer.State(one, state));
                float[] after = TestTraining.Numbers(second.Optimizer.State(other, state));
                double bound = before.Max(Math.Abs) * LowBitOptimizer.Precision;
                foreach ((float was, float isNow) in before.Zip(after))
                    Assert.That(isNow, Is.EqualTo(was).Within(bound), state);
            }
        }

        SavedTraining Training() => new(device, optimizer.DType, parameters => optimizer.Create(parameters, Seed));

        static byte[] LowBits(SavedTraining training, Parameter parameter) =>
            [.. training.Optimizer.StoredParts(parameter).Where(part => part.Name == "low_bits").SelectMany(SavedTraining.Bytes)];
    }
}
