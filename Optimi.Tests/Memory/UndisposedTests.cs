using System.Diagnostics;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Optimi.Tests;

/// <summary>What nobody disposed of: the garbage collector frees it, but not under views in use.</summary>
[NonParallelizable]
internal sealed class UndisposedTests
{
    private const int Length = 2_000_000;

    [Test]
    public void Buffers_and_optimizers_that_were_dropped_free_their_memory_by_themselves()
    {
        const long BytesOfEach = 4L * Length * sizeof(float);
        using ComputeDevice device = ComputeDevice.Open("cpu");
        Collect();
        long before = HostAllocation.LiveBytes;
        Assert.That(MostWhileDropping(() => Drop(device), count: 40, BytesOfEach), Is.LessThan(40 * BytesOfEach * 6 / 10));
        Collect();
        Assert.That(HostAllocation.LiveBytes - before, Is.LessThan(10_000_000));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Drop(ComputeDevice device)
        {
            var parameters = new ParameterBuffer(device);
            parameters.Add("p", DType.Float32, Length).HasGradient = true;
            new AdamW(parameters, lr: 1).Step();
        }
    }

    [Test]
    public void The_collector_knows_how_much_memory_hangs_on_small_objects()
    {
        const long Bytes = 20_000_000;
        Collect();
        // How much it lets pass depends on the size of the managed heap.
        Assert.That(MostWhileDropping(Drop, count: 200, Bytes), Is.LessThan(200 * Bytes * 6 / 10));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Drop() => _ = new HostAllocation(Bytes);
    }

    /// <summary>The most memory that is alive while pieces are dropped, none of which anybody asks the collector for.</summary>
    private static long MostWhileDropping(Action drop, int count, long bytes)
    {
        long before = HostAllocation.LiveBytes;
        long most = 0;
        for (int i = 0; i < count; i++)
        {
            drop();
            // The collector works beside the program, and on a busy machine it comes late: but then it comes.
            Thread.Sleep(5);
            if (Alive() > count * bytes * 4 / 10)
                SpinWait.SpinUntil(() => Alive() <= count * bytes * 4 / 10, TimeSpan.FromSeconds(2));
            most = Math.Max(most, Alive());
        }

        return most;

        long Alive() => HostAllocation.LiveBytes - before;
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

    /// <summary>Objects live as short as they can only in code that is optimized from the beginning.</summary>
    [TestCase(nameof(Copies_that_are_the_last_to_use_their_memory))]
    [TestCase(nameof(Steps_that_are_queued_when_their_optimizer_is_dropped))]
    public void Nothing_is_freed_that_is_still_in_use(string test) =>
        TestProcess.Run(test, ("DOTNET_TieredCompilation", "0"));

    [Test]
    public void Copies_that_are_the_last_to_use_their_memory()
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
        var numbers = new float[10_000_000];
        for (int i = 0; i < 3; i++)
        {
            Values(numbers.Length).CopyTo(numbers);
            Assert.That(numbers.AsSpan().IndexOfAnyExcept(2f), Is.EqualTo(-1));
            Optimizer(numbers.Length).ZeroGradients();
        }

        end.Cancel();
        collector.Join();

        [MethodImpl(MethodImplOptions.NoInlining)]
        static TensorStorage Values(int length)
        {
            Parameter parameter = new ParameterBuffer(ComputeDevice.Open("cpu")).Add("p", DType.Float32, length);
            parameter.Value.Fill(2);
            _ = parameter.Buffer.ValueBytes;
            return parameter.Value;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static Optimizer Optimizer(int length)
        {
            var parameters = new ParameterBuffer(ComputeDevice.Open("cpu"));
            _ = parameters.Add("p", DType.Float32, length).Gradient.AsSpan<float>();
            return new SGD(parameters, lr: 1);
        }
    }

    [Test]
    public void Steps_that_are_queued_when_their_optimizer_is_dropped()
    {
        using ComputeDevice device = TestDevice.All.Single(row => row.Name == "opencl").Open();
        using var parameters = new ParameterBuffer(device);
        Parameter large = parameters.Add("large", DType.Float32, 20_000_000);
        Parameter small = parameters.Add("small", DType.BFloat16, 300);
        large.Gradient.Fill(1);
        small.Gradient.Fill(1);
        var numbers = new float[small.Length];
        for (int run = 1; run <= 6; run++)
        {
            small.Value.Fill(0);
            Step(large, small);
            Collect();
            using (new Debris())
                small.Value.CopyTo(numbers);
            Assert.That(numbers, Is.All.EqualTo(-2));
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Step(Parameter large, Parameter small)
        {
            var first = new SGD([large], lr: 1);
            var second = new SGD([small], lr: 1, kahan: false);
            second.Step();
            // The queue is long when the second optimizer's last step comes.
            for (int step = 0; step < 4; step++)
                first.Step();
            second.Step();
        }
    }

    [TestCaseSource(nameof(Orders))]
    public void Whatever_is_disposed_of_first_work_may_be_queued(int[] order)
    {
        ComputeDevice device = TestDevice.All.Single(row => row.Name == "opencl").Open();
        var parameters = new ParameterBuffer(device);
        for (int i = 0; i < 30; i++)
            parameters.Add($"{i}", DType.Float32, 100_000).Gradient.Fill(1);
        var optimizer = new AdamW(parameters, lr: 1e-3);
        for (int step = 0; step < 6; step++)
        {
            parameters.First().HasGradient = step % 2 == 0;
            optimizer.Step();
        }

        IDisposable[] objects = [device, parameters, optimizer];
        Assert.That(() => Array.ForEach(order, i => objects[i].Dispose()), Throws.Nothing);
        using var other = new HostAllocation(1 << 20);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void An_accelerator_that_its_owner_closed_first_is_no_hindrance(bool isOptimizerFirst)
    {
        ComputeDevice owner = TestDevice.All.Single(row => row.Name == "opencl").Open();
        ComputeDevice device = ComputeDevice.From(owner.Accelerator);
        var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.Float32, 1000).Gradient.Fill(1);
        var optimizer = new AdamW(parameters, lr: 1);
        optimizer.Step();
        owner.Dispose();
        IDisposable[] objects = isOptimizerFirst ? [optimizer, parameters, device] : [device, parameters, optimizer];
        Assert.That(() => Array.ForEach(objects, item => item.Dispose()), Throws.Nothing);
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

    /// <summary>Memory of the sizes that tables have, full of what no table holds: it lies where some was freed.</summary>
    private sealed unsafe class Debris : IDisposable
    {
        private readonly List<HostAllocation> _pieces = [];

        public Debris()
        {
            for (int bytes = 2048; bytes <= 65_536; bytes += 2048)
            {
                for (int i = 0; i < 32; i++)
                {
                    var piece = new HostAllocation(bytes);
                    new Span<byte>(piece.Start, bytes).Fill(0xFF);
                    _pieces.Add(piece);
                }
            }
        }

        public void Dispose() => _pieces.ForEach(piece => piece.Dispose());
    }

    private static IEnumerable<int[]> Orders => [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

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
