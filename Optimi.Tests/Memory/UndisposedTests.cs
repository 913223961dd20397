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
            // Nothing managed of that size is allocated, which would bring a collection by itself.
            parameters.Add("p", DType.Float32, 200_000).HasGradient = true;
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

    [Test]
    public void Memory_is_not_freed_under_a_copy_that_is_the_last_to_use_it()
    {
        using var end = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!end.IsCancellationRequested)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        })
        {
            IsBackground = true,
        };
        collector.Start();
        var numbers = new float[1_000_000];
        for (int i = 0; i < 20; i++)
        {
            CopyOut(numbers);
            Assert.That(numbers, Is.All.EqualTo(2));
        }

        end.Cancel();
        collector.Join();

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        static void CopyOut(float[] numbers)
        {
            Parameter parameter = new ParameterBuffer(ComputeDevice.Open("cpu")).Add("p", DType.Float32, numbers.Length);
            parameter.Value.Fill(2);
            _ = parameter.Buffer.ValueBytes;
            parameter.Value.CopyTo(numbers);
        }
    }

    [Test]
    public void Steps_that_are_queued_when_their_optimizer_is_dropped_are_made()
    {
        using ComputeDevice device = TestDevice.All.Single(row => row.Name == "opencl").Open();
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.Float32, 3_000_000);
        parameter.Gradient.Fill(1);
        var numbers = new float[3_000_000];
        for (int run = 1; run <= 4; run++)
        {
            Step(parameters);
            Collect();
            parameter.Value.CopyTo(numbers);
            // The sum of 1 to 25 each time.
            Assert.That(numbers, Is.All.EqualTo(-325 * run));
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Step(ParameterBuffer parameters)
        {
            var optimizer = new SGD(parameters, lr: 1);
            for (int step = 1; step <= 25; step++)
            {
                optimizer.Lr = step;
                optimizer.Step();
            }
        }
    }

    [Test]
    public void An_optimizer_is_made_while_another_thread_sets_values()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.BFloat16, 300);
        using var end = new CancellationTokenSource();
        Task writing = Task.Run(() =>
        {
            while (!end.IsCancellationRequested)
                parameter.Value.Fill(1);
        });
        for (int i = 0; i < 300; i++)
        {
            using var optimizer = new AdamW(parameters, lr: 1);
            optimizer.Step();
        }

        end.Cancel();
        Assert.That(writing.Wait, Throws.Nothing);
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
