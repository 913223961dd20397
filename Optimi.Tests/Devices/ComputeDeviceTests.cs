using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.OpenCL;

namespace Optimi.Tests;

internal sealed class ComputeDeviceTests
{
    [TestCase("gpu")]
    [TestCase("")]
    [TestCase("cpu:0")]
    [TestCase("CPU")]
    [TestCase("cuda:")]
    [TestCase("cuda:-1")]
    [TestCase("opencl:1:2")]
    public void A_name_that_does_not_exist_is_refused_with_those_that_do(string name) =>
        Assert.That(() => ComputeDevice.Open(name), Throws.TypeOf<DeviceException>().With.Message.Contains("cpu-simulated"));

    [TestCase("cuda:99")]
    [TestCase("opencl:99")]
    public void A_device_that_is_not_there_is_refused_with_what_was_found(string name) => Assert.That(
        () => ComputeDevice.Open(name),
        Throws.TypeOf<DeviceException>().With.Message.Contains(name).And.Message.Contains("found: cpu"));

    [Test]
    public void No_name_is_refused() => Assert.That(() => ComputeDevice.Open(null!), Throws.ArgumentNullException);

    [Test]
    public void What_only_CUDA_shares_is_refused_elsewhere(
        [Values("cpu", "cpu-simulated", "opencl", "opencl:7")] string name, [Values] bool isStream)
    {
        DeviceOptions options = isStream ? new() { Stream = 0x1a } : new() { SharePrimaryContext = true };
        Assert.That(
            () => ComputeDevice.Open(name, options),
            Throws.TypeOf<DeviceException>().With.Message.Contains($"'{name}'")
                .And.Message.Contains(isStream ? "Stream = 0x1a" : "SharePrimaryContext = true").And.Message.Contains("Open 'cuda'"));
    }

    [Test]
    public void Automatic_choice_does_not_fall_back_on_a_device_that_cannot_share()
    {
        if (ComputeDevice.List().Any(device => device is { Kind: DeviceKind.Cuda, Problem: null }))
            Assert.Ignore("There is a CUDA device, which can.");
        Assert.That(
            () => ComputeDevice.Open("auto", new() { SharePrimaryContext = true }),
            Throws.TypeOf<DeviceException>().With.Message.Contains("'auto'").And.Message.Contains("SharePrimaryContext = true")
                .And.Message.Contains("CUDA device").And.Message.Contains("leave the option out"));
    }

    [TestCase("auto")]
    [TestCase("cuda")]
    [TestCase("cuda:1")]
    public void A_stream_without_the_context_it_belongs_to_is_refused(string name) => Assert.That(
        () => ComputeDevice.Open(name, new() { Stream = 0x1a }),
        Throws.TypeOf<DeviceException>().With.Message.Contains("Stream = 0x1a").And.Message.Contains("SharePrimaryContext = true"));

    [Test]
    public void The_host_is_always_there()
    {
        IReadOnlyList<DeviceDescription> devices = ComputeDevice.List();
        Assert.That(devices.Select(device => device.Name), Does.Contain("cpu").And.Contain("cpu-simulated"));
        Assert.That(devices.Where(device => device.Kind is DeviceKind.Host), Has.All.Property("Problem").Null);
    }

    [Test]
    public void Automatic_choice_opens_something()
    {
        using ComputeDevice device = ComputeDevice.Open("auto");
        Assert.That(device.Name, Is.Not.Empty);
        Assert.That($"{device}", Does.StartWith(device.Name));
    }

    [Test]
    public void An_adopted_CPU_accelerator_runs_on_the_host_and_stays_open()
    {
        using Context context = Context.Create(builder => builder.DefaultCPU());
        using CPUAccelerator accelerator = context.CreateCPUAccelerator(0);
        using (ComputeDevice device = ComputeDevice.From(accelerator))
        {
            Assert.That(device.Kind, Is.EqualTo(DeviceKind.Host));
            StepOnce(device);
        }

        Assert.That(accelerator.IsDisposed, Is.False);
    }

    [Test]
    public void An_adopted_OpenCL_accelerator_uses_the_stream_it_is_given()
    {
        using Context context = OpenCLContext();
        using Accelerator accelerator = OpenCL(context);
        using AcceleratorStream stream = accelerator.CreateStream();
        using (ComputeDevice device = ComputeDevice.From(accelerator, stream))
        {
            Assert.That(device.Stream, Is.SameAs(stream));
            StepOnce(device);
        }

        Assert.That(accelerator.IsDisposed, Is.False);
    }

    [Test]
    public void An_accelerator_whose_context_computes_fast_and_roughly_gives_the_same_bits()
    {
        using Context context = OpenCLContext(builder => builder.Optimize(OptimizationLevel.O1).Math(MathMode.Fast));
        using Accelerator accelerator = OpenCL(context);
        using ComputeDevice adopted = ComputeDevice.From(accelerator);
        using ComputeDevice host = ComputeDevice.Open("cpu");
        Assert.That(Run(adopted), Is.EqualTo(Run(host)));

        static uint[] Run(ComputeDevice device) =>
            TestTraining.Run(device, DType.BFloat16, parameters => new AdamW(parameters, lr: 1e-2));
    }

    [Test]
    public void A_stream_of_another_accelerator_is_refused()
    {
        using Context context = Context.Create(builder => builder.DefaultCPU());
        using CPUAccelerator first = context.CreateCPUAccelerator(0);
        using CPUAccelerator second = context.CreateCPUAccelerator(0);
        using AcceleratorStream stream = second.CreateStream();
        Assert.That(
            () => ComputeDevice.From(first, stream), Throws.TypeOf<DeviceException>().With.Message.Contains("stream"));
    }

    private static void StepOnce(ComputeDevice device)
    {
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.Float32, 2);
        parameter.Gradient.CopyFrom([1, -1]);
        using var optimizer = new SGD(parameters, lr: 0.5);
        optimizer.Step();
        var values = new float[2];
        parameter.Value.CopyTo(values);
        Assert.That(values, Is.EqualTo((float[])[-0.5f, 0.5f]));
    }

    private static Context OpenCLContext(Func<Context.Builder, Context.Builder>? configure = null)
    {
        using ComputeDevice any = TestDevice.All.Single(device => device.Name == "opencl").Open();
        return Context.Create(builder => (configure ?? (any => any))(builder.OpenCL(device =>
        {
            SetGenericAddressSpace(device.Capabilities, true);
            return true;
        })));
    }

    private static CLAccelerator OpenCL(Context context) => context.CreateCLAccelerator(0);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_GenericAddressSpace")]
    private static extern void SetGenericAddressSpace(CLCapabilityContext capabilities, bool value);
}
