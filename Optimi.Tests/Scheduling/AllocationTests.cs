namespace Optimi.Tests;

/// <summary>What a step costs beside its arithmetic: launches, and no memory at all. Of other tests' threads memory would count.</summary>
[NonParallelizable]
internal sealed class AllocationTests
{
    private const int Steps = 100;

    [OneTimeSetUp]
    public void AwaitCompilers() => TestDevice.AwaitCompilers();

    private static IEnumerable<TestDevice> Devices =>
        TestDevice.Kinds.Where(device => !device.Name.StartsWith("cpu-simulated", StringComparison.Ordinal));

    private static IEnumerable<TestCaseData> Cases =>
        from device in Devices
        from optimizer in TestOptimizer.All
        select new TestCaseData(device, optimizer);

    [TestCaseSource(nameof(Cases))]
    public void A_step_allocates_nothing_and_is_one_launch_for_each_type(TestDevice row, TestOptimizer optimizer)
    {
        ComputeDevice device = row.Shared;
        using var parameters = new ParameterBuffer(device);
        var random = new Random(1);
        for (int i = 0; i < 20; i++)
            parameters.Add($"{i}", (DType)(i % 2), 10_000).Gradient.CopyFrom(TestTraining.Numbers(random, 10_000));
        using Optimizer created = optimizer.Create(new ParameterGroup(parameters, optimizer.Options));
        created.PrepareAsync().GetAwaiter().GetResult();
        Assert.That(Allocations.Of(() => Run(created)), Is.Zero);
        long launches = device.Launches;
        Run(created);
        Assert.That(device.Launches - launches, Is.EqualTo(Steps * (optimizer.Measures ? 6 : 2)));
    }

    private static IEnumerable<TestCaseData> LowBitCases => LowBitOptimizer.On(Devices);

    [TestCaseSource(nameof(LowBitCases))]
    public void Few_bits_cost_no_launch_and_no_memory(TestDevice row, LowBitOptimizer optimizer)
    {
        ComputeDevice device = row.Shared;
        using var parameters = new ParameterBuffer(device);
        var random = new Random(1);
        for (int i = 0; i < 20; i++)
            parameters.Add($"{i}", optimizer.DType, 3_001).Gradient.CopyFrom(TestTraining.Numbers(random, 3_001));
        using Optimizer created = optimizer.Create(parameters, seed: 1);
        created.PrepareAsync().GetAwaiter().GetResult();
        Assert.That(Allocations.Of(() => Run(created)), Is.Zero);
        long launches = device.Launches;
        Run(created);
        Assert.That(device.Launches - launches, Is.EqualTo(Steps * (optimizer.Kind.Measures ? 3 : 1)));
    }

    [TestCase("adamw")]
    [TestCase("stableadamw")]
    public void An_average_adds_no_launch_and_another_decay_costs_nothing(string name)
    {
        TestOptimizer optimizer = TestOptimizer.All.Single(kind => kind.Name == name);
        foreach (TestDevice row in TestDevice.Kinds.Where(device => !device.Name.StartsWith("cpu-simulated", StringComparison.Ordinal)))
        {
            ComputeDevice device = row.Shared;
            using var parameters = new ParameterBuffer(device);
            for (int i = 0; i < 20; i++)
                parameters.Add($"{i}", DType.BFloat16, 10_000).Gradient.Fill(1);
            using Optimizer created = optimizer.Create(new ParameterGroup(parameters, optimizer.Options));
            created.AverageDecay = 0.5;
            created.PrepareAsync().GetAwaiter().GetResult();
            long step = 0;
            Assert.That(Allocations.Of(Average), Is.Zero);
            long launches = device.Launches;
            Average();
            Assert.That(device.Launches - launches, Is.EqualTo(Steps * (optimizer.Measures ? 3 : 1)));

            void Average()
            {
                for (int i = 0; i < Steps; i++)
                {
                    created.AverageDecay = 1 - (1.0 / ++step);
                    created.Step();
                }
            }
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Gradients_that_come_with_each_step_cost_no_memory(TestDevice row, TestOptimizer optimizer)
    {
        if (row.Name == "opencl" && optimizer.Name != "adamw")
            Assert.Ignore("Compiling kernels for one tensor alone takes long, and they differ in arithmetic only.");
        ComputeDevice device = row.Shared;
        using var parameters = new ParameterBuffer(device);
        using var gradients = new ForeignMemory(device, DType.Float32, [1000, 1000, 1000, 1000], isAligned: true);
        Parameter[] layer = [.. Enumerable.Range(0, 3).Select(i => parameters.Add($"{i}", DType.Float32, 1000))];
        using Optimizer created = optimizer.Create(new ParameterGroup(parameters, optimizer.Options));
        TensorView[] views = [.. Enumerable.Range(0, 4).Select(gradients.View)];
        foreach (Parameter parameter in layer)
            parameter.Gradient.Fill(1);
        Assert.That(Allocations.Of(Run), Is.Zero);

        void Run()
        {
            for (int i = 0; i < Steps / 4; i++)
            {
                created.Step(layer[i % 3]);
                created.Step(layer[i % 3], views[i % 4]);
                created.Step((layer[0], views[i % 4]), (layer[1], views[(i + 1) % 4]), (layer[2], views[(i + 2) % 4]));
                RentedGradient rented = layer[i % 3].RentGradient();
                // A view of it is taken to be written.
                if (device.IsHost)
                    rented.AsSpan<float>().Clear();
                else
                    rented.AsArrayView<float>();
                created.Step(rented);
                for (int j = 0; j < 3; j++)
                    layer[j].BindGradient(views[(i + j) % 4]);
                created.Step();
                foreach (Parameter parameter in layer)
                {
                    parameter.UnbindGradient();
                    parameter.HasGradient = true;
                }
            }
        }
    }

    [TestCaseSource(nameof(Devices))]
    public void A_thousand_tensors_that_are_unscaled_clipped_and_averaged_are_two_launches_for_each_type_and_one(TestDevice row)
    {
        const int Count = 1000;
        ComputeDevice device = row.Shared;
        using var parameters = new ParameterBuffer(device);
        for (int i = 0; i < Count; i++)
            parameters.Add($"{i}", (DType)(i % 2), 1 + (i % 300)).Gradient.Fill(i % 7);
        using var created = new AdamW(parameters, lr: 0.01);
        (created.MaxNorm, created.Scaler, created.AverageDecay) = (1, new GradientScaler(), 0.999);
        created.PrepareAsync().GetAwaiter().GetResult();
        Assert.That(Allocations.Of(() => Run(created)), Is.Zero);
        long launches = device.Launches;
        Run(created);
        Assert.That(device.Launches - launches, Is.EqualTo(Steps * ((2 * 2) + 1)));
        Assert.That(created.SkippedSteps, Is.Zero);
    }

    [Test]
    public void A_function_allocates_nothing()
    {
        var adamW = new AdamWOptions { Lr = 0.01 };
        var stable = new StableAdamWOptions { Lr = 0.01 };
        float[][] slots = [.. Enumerable.Range(0, 4).Select(_ => new float[100_000])];
        TensorSlots[] list = [new(slots[0], slots[1], slots[2], slots[3])];
        AdamWOptions fewBits = adamW with { CompressedStates = true };
        TensorSlots[] listInFewBits = [new(slots[0], slots[1], new ushort[100_096], Headers: new byte[391 * 32])];
        Assert.That(Allocations.Of(Run), Is.Zero);

        void Run()
        {
            for (int step = 1; step <= 100; step++)
            {
                Functional.Step(adamW, step, slots[0], slots[1], slots[2], slots[3]);
                Functional.Step(stable, step, list);
                Functional.Step(fewBits, step, listInFewBits);
            }
        }
    }

    private static void Run(Optimizer optimizer)
    {
        for (int i = 0; i < Steps; i++)
        {
            optimizer.Lr = 1e-6 * (i + 1);
            optimizer.Step();
        }
    }
}
