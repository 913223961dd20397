using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.OpenCL;
using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>A whole device whose every piece of work must lie in its context: OpenCL's kernels, on a CUDA driver that is none.</summary>
[NonParallelizable]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SharedContextTests
{
    private readonly FakeCudaDriver _driver = new();

    [Test]
    public void Each_piece_of_work_finds_the_devices_context_current_and_leaves_the_other_librarys()
    {
        using ComputeDevice device = Open();
        using ComputeDevice host = ComputeDevice.Open("cpu");
        int uses = 0;
        device.Ilgpu.Using = () =>
        {
            uses++;
            Assert.That(_driver.Current, Is.EqualTo(_driver.Primary));
            Assert.That(Accelerator.Current, Is.SameAs(device.Ilgpu.Accelerator));
        };
        _driver.Push(FakeCudaDriver.Foreign);
        using Context other = Context.Create(builder => builder.DefaultCPU());
        using CPUAccelerator bound = other.CreateCPUAccelerator(0);
        bound.Bind();
        foreach (DType dtype in (DType[])[DType.Float32, DType.BFloat16])
        {
            Assert.That(Train(device, dtype), Is.EqualTo(Train(host, dtype)));
            AssertUntouched();
        }

        Assert.That(uses, Is.GreaterThan(50));
        device.Dispose();
        AssertUntouched();
        Assert.That(_driver.Calls, Is.EqualTo((string[])["retain 0", "release 0"]));

        void AssertUntouched()
        {
            Assert.That(_driver.Stack, Is.EqualTo((nint[])[FakeCudaDriver.Foreign]));
            Assert.That(Accelerator.Current, Is.SameAs(bound));
        }

        static uint[] Train(ComputeDevice device, DType dtype) =>
            TestTraining.Run(device, dtype, parameters => new StableAdamW(parameters, lr: 1e-2));
    }

    [Test]
    public void Functions_of_a_callers_memory_too()
    {
        using ComputeDevice device = Open();
        using MemoryBuffer1D<float, Stride1D.Dense> values = device.Accelerator.Allocate1D(new float[300]);
        using MemoryBuffer1D<float, Stride1D.Dense> gradients = device.Accelerator.Allocate1D(Enumerable.Repeat(1f, 300).ToArray());
        device.Ilgpu.Using = () => Assert.That(_driver.Current, Is.EqualTo(_driver.Primary));
        Functional.Step(device, new SGDOptions { Lr = 0.5 }, step: 1, values.View, gradients.View);
        device.Synchronize();
        device.Ilgpu.Using = null;
        Assert.That(values.GetAsArray1D(), Is.All.EqualTo(-0.5f));
        Assert.That(_driver.Stack, Is.Empty);
    }

    [Test]
    public void A_device_that_nobody_closed_lets_go_of_the_primary_context_once()
    {
        Drop();
        for (int i = 0; i < 100 && _driver.Retained > 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.That(_driver.Calls, Is.EqualTo((string[])["retain 0", "release 0"]));

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Drop()
        {
            ComputeDevice device = Open();
            var parameters = new ParameterBuffer(device);
            parameters.Add("p", DType.Float32, 300).Gradient.Fill(1);
            new SGD(parameters, lr: 1).Step();
        }
    }

    [Test]
    public void A_driver_that_refuses_is_heard_and_closing_lets_go_of_the_context_all_the_same()
    {
        ComputeDevice device = Open();
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.Float32, 300).Gradient.Fill(1);
        using var optimizer = new SGD(parameters, lr: 1);
        _driver.Failing = nameof(FakeCudaDriver.Push);
        Assert.That(optimizer.Step, Throws.TypeOf<DeviceException>().With.Message.Contains("Push failed with CUDA_ERROR_OUT_OF_MEMORY"));
        Assert.That(device.Dispose, Throws.TypeOf<DeviceException>());
        Assert.That(_driver.Retained, Is.Zero);
    }

    private ComputeDevice Open()
    {
        TestDevice.All.Single(device => device.Name == "opencl").Open().Dispose();
        Context context = Context.Create(builder => builder.UseOptimi().OpenCL(device =>
        {
            SetGenericAddressSpace(device.Capabilities, true);
            return true;
        }));
        OpenedAccelerator opened = OpenedAccelerator.OfCuda(
            _driver,
            () =>
            {
                Accelerator accelerator = context.CreateCLAccelerator(0);
                // OpenCL must find its own context there.
                _driver.Primary = accelerator.NativePtr;
                return accelerator;
            },
            device: 0,
            new DeviceOptions { SharePrimaryContext = true });
        return new ComputeDevice(
            DeviceFinder.Describe(opened.Accelerator.Device, "opencl"), AcceleratorSource.Owned(context, opened), opened.Accelerator.Device);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_GenericAddressSpace")]
    private static extern void SetGenericAddressSpace(CLCapabilityContext capabilities, bool value);
}
