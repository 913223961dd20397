using System.Diagnostics;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Optimi.Tests;

/// <summary>What nobody disposed of: the garbage collector frees it, but not under views in use.</summary>
[NonParallelizable]
internal sealed class UndisposedTests
{
    [Test]
    public void Buffers_and_optimizers_that_were_dropped_free_their_memory_by_themselves()
    {
        const int Count = 300;
        using ComputeDevice device = ComputeDevice.Open("cpu");
        Collect();
        long before = HostAllocation.LiveBytes;
        long most = 0;
        for (int i = 0; i < Count; i++)
        {
            Drop(device);
            most = Math.Max(most, HostAllocation.LiveBytes - before);
        }

        // Nobody asked for a collection: the collector knows how much native memory hangs on small objects.
        Assert.That(most, Is.LessThan(Count / 2 * 3_000_000L));
        Collect();
        Assert.That(HostAllocation.LiveBytes - before, Is.LessThan(10_000_000));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Drop(ComputeDevice device)
        {
            var parameters = new ParameterBuffer(device);
            parameters.Add("p", DType.Float32, 200_000).Gradient.Fill(1);
            new AdamW(parameters, lr: 1).Step();
        }
    }

    [TestCase("cpu", 40)]
    [TestCase("cpu-simulated", 4)]
    public void Devices_that_were_dropped_end_their_threads(string name, int count)
    {
        Collect();
        int before = Threads;
        for (int i = 0; i < count; i++)
            Drop(name);
        Collect();
        Assert.That(() => Threads, Is.LessThan(before + 20).After(10).Seconds.PollEvery(100).MilliSeconds);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Drop(string name) => _ = ComputeDevice.Open(name).Accelerator.MaxNumThreads;
    }

    [TestCase("cpu")]
    [TestCase("cpu-simulated")]
    [TestCase("opencl")]
    public void A_view_keeps_its_memory_and_its_device(string name)
    {
        if (name == "opencl")
            TestDevice.All.Single(device => device.Name == name).Open().Dispose();
        ArrayView<float> view = ViewOf(name);
        Collect();
        Fill(name);
        Collect();
        float[] numbers = view.GetAsArray();
        Assert.That(numbers, Is.All.EqualTo(3));
        GC.KeepAlive(view);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static ArrayView<float> ViewOf(string name)
        {
            Parameter parameter = new ParameterBuffer(ComputeDevice.Open(name)).Add("p", DType.Float32, 100_000);
            parameter.Value.Fill(3);
            return parameter.Value.AsArrayView<float>();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Fill(string name)
        {
            using ComputeDevice device = ComputeDevice.Open(name);
            using var parameters = new ParameterBuffer(device);
            for (int i = 0; i < 4; i++)
                parameters.Add($"{i}", DType.Float32, 100_000).Value.Fill(i);
            _ = parameters.ValueBytes;
        }
    }

    private static int Threads
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.Threads.Count;
        }
    }

    private static void Collect()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
