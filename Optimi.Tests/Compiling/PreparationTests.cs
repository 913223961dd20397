using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>What is compiled, and when.</summary>
internal sealed class PreparationTests
{
    private static IEnumerable<TestCaseData> Cases =>
        from device in TestDevice.Kinds.Where(device => device.Name != "cpu-simulated-quads")
        // One whose kernels change with the step, one of two passes, one without states.
        from optimizer in TestOptimizer.All.Where(optimizer => optimizer.Name is "ranger" or "stableadamw" or "sgd")
        select new TestCaseData(device, optimizer);

    [TestCaseSource(nameof(Cases))]
    public async Task A_prepared_optimizer_compiles_nothing_in_its_steps(TestDevice row, TestOptimizer optimizer)
    {
        using ComputeDevice device = row.Open();
        using var parameters = new ParameterBuffer(device);
        parameters.Add("f", DType.Float32, 300).Gradient.Fill(1);
        parameters.Add("b", DType.BFloat16, 300).Gradient.Fill(1);
        using Optimizer created = optimizer.Create(new ParameterGroup(parameters, optimizer.Options));
        await created.PrepareAsync();
        int compiled = device.Kernels.Started;
        Assert.That(parameters.Sum(created.StepCount), Is.Zero);
        for (int step = 0; step < 7; step++)
            created.Step();
        Assert.That(device.Kernels.Started, Is.EqualTo(compiled));
    }

    [Test]
    public void Steps_after_the_first_do_not_wait_for_the_compiler()
    {
        using ComputeDevice device = TestDevice.All.Single(device => device.Name == "opencl").Open();
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.Float32, 300);
        parameter.Gradient.Fill(1);
        using var optimizer = new Ranger(parameters, lr: 1e-2);
        optimizer.Step();
        int afterFirst = device.Kernels.Ready;
        optimizer.Step();
        Assert.That(device.Kernels.Ready, Is.EqualTo(afterFirst), "the second step goes on with the first one's kernel");
        Assert.That(device.Kernels.Started, Is.EqualTo(afterFirst + 1), "while its own is compiled");
    }

    [Test]
    public void A_rule_that_does_not_compile_fails_by_name_and_no_tensor_is_stepped()
    {
        using ComputeDevice device = TestDevice.All.Single(device => device.Name == "opencl").Open();
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.Float32, 300);
        parameter.Gradient.Fill(1);
        using var optimizer = new Optimizer<AllocatingRule<ScalarLane>>(parameters, new AnyOptions<AllocatingRule<ScalarLane>> { Lr = 1 });
        for (int attempt = 0; attempt < 2; attempt++)
        {
            Assert.That(optimizer.Step, Throws.TypeOf<DeviceException>().With.Message.Contains("IUpdateRule"));
            Assert.That(optimizer.StepCount(parameter), Is.Zero);
        }

        Assert.That(async () => await optimizer.PrepareAsync(), Throws.TypeOf<DeviceException>());
        Assert.That(TestTraining.Bits(parameter.Value), Is.All.Zero);
        using var other = new SGD(parameters, lr: 1);
        Assert.That(other.Step, Throws.Nothing, "what could not be compiled is in nobody's way");
    }
}
