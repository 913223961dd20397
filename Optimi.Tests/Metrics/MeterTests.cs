using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Optimi.Bench;
using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>What operators see of a training. Others' steps on the same devices would count.</summary>
[NonParallelizable]
internal sealed class MeterTests
{
    private const string Steps = "optimi.steps";
    private const string Skipped = "optimi.skipped_steps";
    private const string Launches = "optimi.launches";
    private const string Memory = "optimi.memory.usage";
    private const int Length = 1000;

    [OneTimeSetUp]
    public void AwaitCompilers() => TestDevice.AwaitCompilers();

    [Test]
    public void Instruments_have_names_units_and_kinds()
    {
        using var device = ComputeDevice.Open("cpu");
        using var readings = new MeterReadings();
        Assert.Multiple(() =>
        {
            Assert.That(
                readings.Instruments.Select(instrument => (instrument.Name, instrument.Unit, instrument.GetType())),
                Is.EquivalentTo(((string, string, Type)[])
                [
                    (Steps, "{step}", typeof(ObservableCounter<long>)),
                    (Skipped, "{step}", typeof(ObservableCounter<long>)),
                    (Launches, "{launch}", typeof(ObservableCounter<long>)),
                    (Memory, "By", typeof(ObservableUpDownCounter<long>)),
                    ("optimi.gradient.norm", "1", typeof(Histogram<double>)),
                ]));
            Assert.That(readings.Instruments.Select(instrument => instrument.Description), Is.All.Not.Empty);
            Assert.That(readings.Instruments.Select(instrument => instrument.Meter.Version), Is.All.Match(@"^\d+\.\d+\.\d+$"));
        });
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void A_training_is_told_step_by_step(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        using var readings = new MeterReadings();
        using var parameters = new ParameterBuffer(device);
        Parameter weight = parameters.Add("weight", DType.Float32, Length);
        using var optimizer = new AdamW(parameters, lr: 1e-3) { MaxNorm = 1 };
        long made = readings.Read(Steps, device, "AdamW");
        long skipped = readings.Read(Skipped, device, "AdamW");
        long launches = readings.Read(Launches, device) - device.Launches;
        List<double> norms = [];
        for (int step = 1; step <= 5; step++)
        {
            bool isBad = step == 3;
            weight.Gradient.Fill(isBad ? float.PositiveInfinity : step);
            optimizer.Step();
            // Others learn of the step before only.
            int known = device.Shape == KernelShape.Host ? step : step - 1;
            Assert.That(readings.Read(Steps, device, "AdamW") - made, Is.EqualTo(known < 3 ? known : known - 1));
            Assert.That(readings.Read(Skipped, device, "AdamW") - skipped, Is.EqualTo(known < 3 ? 0 : 1));
            Assert.That(readings.Read(Launches, device), Is.EqualTo(launches + device.Launches));
            if (!isBad)
                norms.Add(step * Math.Sqrt(Length));
        }

        Assert.That(optimizer.SkippedSteps, Is.EqualTo(1));
        Assert.That(readings.Read(Steps, device, "AdamW") - made, Is.EqualTo(4), "the last step is known, too");
        Assert.That(readings.Norms, Is.EqualTo(norms).Within(1e-3));
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void What_a_scaler_skips_is_told(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        using var readings = new MeterReadings();
        using var parameters = new ParameterBuffer(device);
        Parameter weight = parameters.Add("weight", DType.Float32, Length);
        long skipped = readings.Read(Skipped, device, "AdamW");
        using (var optimizer = new AdamW(parameters, lr: 1e-3) { Scaler = new GradientScaler() })
        {
            weight.Gradient.Fill(float.NaN);
            optimizer.Step();
        }

        Assert.That(readings.Read(Skipped, device, "AdamW") - skipped, Is.EqualTo(1), "whoever is disposed of knows");
        Assert.That(readings.Norms, Is.Empty);
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void A_listener_that_throws_costs_no_step(TestDevice row)
    {
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == Telemetry.MeterName)
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => throw new InvalidOperationException("a listener's"));
        Telemetry.Publisher.Join();
        listener.Start();
        using var parameters = new ParameterBuffer(row.Shared);
        Parameter weight = parameters.Add("weight", DType.Float32, Length);
        using var optimizer = new AdamW(parameters, lr: 1e-3) { MaxNorm = 1 };
        for (int step = 1; step <= 3; step++)
        {
            weight.Gradient.Fill(step);
            Assert.That(optimizer.Step, Throws.Nothing);
        }

        Assert.That(optimizer.GradientNorm, Is.EqualTo(3 * Math.Sqrt(Length)).Within(1e-3));
        Assert.That(optimizer.StepCount(weight), Is.EqualTo(3));
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Memory_is_held_until_it_is_freed(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        using var readings = new MeterReadings();
        CollectGarbage();
        long before = readings.Read(Memory, device);
        using (var parameters = new ParameterBuffer(device))
        {
            Parameter weight = parameters.Add("weight", DType.Float32, 1 << 20);
            // What is written before a view is taken waits on the host.
            weight.Value.AsArrayView<float>();
            weight.Gradient.AsArrayView<float>();
            Assert.That(readings.Read(Memory, device) - before, Is.InRange(8 << 20, 9 << 20), "values and gradients");
            using (var optimizer = new AdamW(parameters, lr: 1e-3))
            {
                optimizer.Step();
                device.Synchronize();
                Assert.That(readings.Read(Memory, device) - before, Is.InRange(16 << 20, 18 << 20), "and both moments");
            }

            Assert.That(readings.Read(Memory, device) - before, Is.InRange(8 << 20, 9 << 20), "without the moments");
        }

        Assert.That(readings.Read(Memory, device), Is.EqualTo(before));
    }

    [Test]
    public void Nothing_is_kept_alive_and_no_total_falls()
    {
        using var readings = new MeterReadings();
        CollectGarbage();
        (long steps, long launches, long memory) = Read();
        WeakReference[] dropped = Drop();
        Assert.That(Read(), Is.EqualTo((steps + 3, launches + 3, memory)).Using<(long, long, long)>(
            (now, then) => now.Item1 == then.Item1 && now.Item2 == then.Item2 && now.Item3 > then.Item3));
        CollectGarbage();
        Assert.That(dropped.Select(reference => reference.IsAlive), Is.All.False);
        Assert.That(Read(), Is.EqualTo((steps + 3, launches + 3, memory)));
        // Their successors take their counts over.
        Drop();
        CollectGarbage();
        Assert.That(Read(), Is.EqualTo((steps + 6, launches + 6, memory)));

        (long Steps, long Launches, long Memory) Read() =>
            (readings.Read(Steps, "cpu", "SGD"), readings.Read(Launches, "cpu"), readings.Read(Memory, "cpu"));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference[] Drop()
        {
            var device = ComputeDevice.Open("cpu");
            var parameters = new ParameterBuffer(device);
            parameters.Add("weight", DType.Float32, 1 << 20).Gradient.Fill(1);
            var optimizer = new SGD(parameters, lr: 1e-3);
            for (int step = 0; step < 3; step++)
                optimizer.Step();
            return [new(device), new(optimizer)];
        }
    }

    [Test]
    public void A_step_is_told_of_each_optimizer_of_a_chain_and_of_each_parameter_by_itself()
    {
        ComputeDevice device = ComputeDevice.Open("cpu");
        using var readings = new MeterReadings();
        using var parameters = new ParameterBuffer(device);
        Parameter first = parameters.Add("first", DType.Float32, 1);
        Parameter second = parameters.Add("second", DType.Float32, 1);
        (long adan, long rule) = Read();
        using var ofFirst = new Adan([first], lr: 1e-3);
        using var ofSecond = new Optimizer<SignRule<ScalarLane>>([second], new SignOptions { Lr = 1e-3 });
        using (var chain = new ChainedOptimizer(ofFirst, ofSecond) { MaxNorm = 1 })
        {
            first.Gradient.Fill(3);
            second.Gradient.Fill(4);
            chain.Step();
            Assert.That(Read(), Is.EqualTo((adan + 1, rule + 1)));
            Assert.That(readings.Norms, Is.EqualTo((double[])[5, 5]));
        }

        ofFirst.Step(first);
        first.HasGradient = false;
        ofFirst.Step(first);
        Assert.That(Read(), Is.EqualTo((adan + 2, rule + 1)), "without a gradient there is no step");
        device.Dispose();
        Assert.That(Read(), Is.EqualTo((adan + 2, rule + 1)), "a device that is disposed of is not asked");

        (long Adan, long Rule) Read() =>
            (readings.Read(Steps, "cpu", "Adan"), readings.Read(Steps, "cpu", typeof(SignRule<>).FullName!.Split('`')[0]));
    }

    [Test]
    public void With_gradient_release_parameters_count_and_their_norm_is_told_at_the_end()
    {
        using var device = ComputeDevice.Open("cpu");
        using var readings = new MeterReadings();
        using var parameters = new ParameterBuffer(device);
        Parameter first = parameters.Add("first", DType.Float32, 1);
        Parameter second = parameters.Add("second", DType.Float32, 1);
        using var optimizer = new RAdam(parameters, lr: 1e-3) { GradientRelease = true, MaxNorm = 1 };
        long made = readings.Read(Steps, device, "RAdam");
        var model = new ReplayedModel();
        GradientRelease.Prepare(model, optimizer);
        model.Release(first, [3]);
        model.Release(second, [4]);
        Assert.That(readings.Norms, Is.Empty);
        optimizer.Step();
        Assert.That(optimizer.GradientNorm, Is.EqualTo(5));
        Assert.That(readings.Norms, Is.EqualTo((double[])[5]));
        Assert.That(readings.Read(Steps, device, "RAdam") - made, Is.EqualTo(2));
    }

    private static IEnumerable<TestDevice> Queues =>
        TestDevice.Kinds.Where(device => !device.Name.StartsWith("cpu-simulated", StringComparison.Ordinal));

    [TestCaseSource(nameof(Queues))]
    public void A_listener_costs_a_step_no_memory(TestDevice row)
    {
        using var readings = new MeterReadings();
        using var parameters = new ParameterBuffer(row.Shared);
        parameters.Add("weight", DType.Float32, Length).Gradient.Fill(1);
        using var optimizer = new AdamW(parameters, lr: 1e-3) { MaxNorm = 1 };
        optimizer.PrepareAsync().GetAwaiter().GetResult();
        Assert.That(Allocations.Of(Run), Is.Zero);
        Assert.That(readings.Norms, Has.Count.GreaterThanOrEqualTo(100));

        void Run()
        {
            for (int step = 0; step < 100; step++)
                optimizer.Step();
        }
    }

    [Test]
    public void Readers_and_steps_may_come_from_any_thread()
    {
        const int Threads = 4;
        const int Trainings = 50;
        using var readings = new MeterReadings();
        long steps = readings.Read(Steps, "cpu", "Lion");
        long launches = readings.Read(Launches, "cpu");
        bool isOver = false;
        long last = 0;
        var reader = new Thread(() =>
        {
            for (; !Volatile.Read(ref isOver); Thread.Yield())
            {
                long now = readings.Read(Steps, "cpu", "Lion");
                // A total that falls would end the test below.
                last = now >= last ? now : long.MaxValue;
            }
        });
        reader.Start();
        Parallel.For(0, Threads, _ =>
        {
            for (int training = 0; training < Trainings; training++)
            {
                using var device = ComputeDevice.Open("cpu");
                using var parameters = new ParameterBuffer(device);
                parameters.Add("weight", DType.Float32, 10).Gradient.Fill(1);
                using var optimizer = new Lion(parameters, lr: 1e-3);
                for (int step = 0; step < 10; step++)
                    optimizer.Step();
            }
        });
        Volatile.Write(ref isOver, true);
        reader.Join();
        Assert.That(last, Is.Not.EqualTo(long.MaxValue));
        Assert.That(readings.Read(Steps, "cpu", "Lion") - steps, Is.EqualTo(Threads * Trainings * 10));
        Assert.That(readings.Read(Launches, "cpu") - launches, Is.EqualTo(Threads * Trainings * 10));
    }

    private static void CollectGarbage()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
