namespace Optimi.Tests;

/// <summary>Calls from several threads at once give what the same calls give one after the other.</summary>
internal sealed class ThreadTests
{
    private const int Threads = 4;

    private const int Steps = 300;

    /// <summary>Not the simulated warps, which differ from the other simulation in nothing that threads could disturb.</summary>
    private static IEnumerable<TestDevice> Devices => TestDevice.AllShapes.Where(device => device.Name != "cpu-simulated-quads");

    [TestCaseSource(nameof(Devices))]
    public void Threads_that_each_step_their_own_optimizer_change_no_bits(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        uint[][] expected = [.. Enumerable.Range(0, Threads).Select(thread => Train(device, thread))];
        Assert.That(Together(thread => Train(device, thread)), Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(Devices))]
    [Explicit("It takes a minute.")]
    [Category("Long")]
    public void Twenty_times_in_a_row(TestDevice row)
    {
        for (int time = 0; time < 20; time++)
        {
            Threads_that_each_step_their_own_optimizer_change_no_bits(row);
            Gradients_may_be_written_by_other_threads_than_the_one_that_steps(row);
            Threads_in_one_optimizer_take_turns(row);
        }
    }

    [TestCaseSource(nameof(Devices))]
    public void Threads_with_a_device_each_do_not_disturb_one_another(TestDevice row)
    {
        uint[] expected = Train(row.Shared, 1);
        uint[][] results = Together(_ =>
        {
            using ComputeDevice device = row.Open();
            return Train(device, 1, steps: 20);
        });
        Assert.That(results, Is.All.EqualTo(Train(row.Shared, 1, steps: 20)).And.All.Not.EqualTo(expected));
    }

    [TestCaseSource(nameof(Devices))]
    public void Gradients_may_be_written_by_other_threads_than_the_one_that_steps(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        Assert.That(Run(parallel: true), Is.EqualTo(Run(parallel: false)));

        uint[] Run(bool parallel)
        {
            using var parameters = new ParameterBuffer(device);
            for (int i = 0; i < Threads; i++)
                parameters.Add($"{i}", (DType)(i % 2), 700 + i);
            using var optimizer = new AdamW(parameters, lr: 1e-2);
            for (int step = 0; step < Steps / 10; step++)
            {
                int seed = step;
                if (parallel)
                    Together(thread => Write(parameters[$"{thread}"], seed));
                else
                    Enumerable.Range(0, Threads).ToList().ForEach(thread => Write(parameters[$"{thread}"], seed));
                optimizer.Step();
            }

            return [.. parameters.SelectMany(parameter => TestTraining.Bits(parameter.Value))];
        }

        static bool Write(Parameter parameter, int seed)
        {
            parameter.Gradient.CopyFrom(TestTraining.Numbers(new Random(seed), (int)parameter.Length));
            return true;
        }
    }

    [TestCaseSource(nameof(Devices))]
    public void Threads_in_one_optimizer_take_turns(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        Assert.That(Run(threads: Threads), Is.EqualTo(Run(threads: 1)));

        uint[] Run(int threads)
        {
            using var parameters = new ParameterBuffer(device);
            Parameter parameter = parameters.Add("p", DType.BFloat16, 1000);
            parameter.Gradient.CopyFrom(TestTraining.Numbers(new Random(1), 1000));
            using var optimizer = new StableAdamW(parameters, lr: 1e-2);
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
            {
                for (int step = 0; step < Steps / threads; step++)
                    optimizer.Step();
            });
            Assert.That(optimizer.StepCount(parameter), Is.EqualTo(Steps));
            return TestTraining.Bits(parameter.Value);
        }
    }

    [TestCaseSource(nameof(Devices))]
    public void Functions_of_a_device_may_be_called_by_any_thread(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        var options = new AdamWOptions { Lr = 1e-2 };
        uint[][] expected = [.. Enumerable.Range(0, Threads).Select(Run)];
        Assert.That(Together(Run), Is.EqualTo(expected));

        uint[] Run(int thread)
        {
            var tensor = new OwnedTensor(options.LayoutOf(DType.Float32, DType.Float32), 300, before: 0);
            tensor.Write(Slot.Values, TestTraining.Numbers(new Random(thread), 300));
            tensor.Write(Slot.Gradients, TestTraining.Numbers(new Random(thread + 10), 300));
            tensor.On(device, views =>
            {
                for (int step = 1; step <= Steps / 10; step++)
                {
                    Functional.Step(
                        device, options, step, views[Slot.Values], views[Slot.Gradients], views[Slot.FirstState], views[Slot.FirstState + 1]);
                }
            });
            return [.. tensor.Bits(Slot.Values)];
        }
    }

    [TestCaseSource(nameof(Devices))]
    public void Whatever_is_called_at_once_fails_by_name_or_not_at_all(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        using var parameters = new ParameterBuffer(device);
        parameters.Add("first", DType.Float32, 300).Gradient.Fill(1);
        var optimizer = new Lion(parameters, lr: 1e-3);
        var added = 0;
        Action[] calls =
        [
            optimizer.Step,
            optimizer.ZeroGradients,
            parameters.ZeroGradients,
            device.Synchronize,
            () => optimizer.AddGroup([parameters.Add($"{Interlocked.Increment(ref added)}", DType.BFloat16, 257)], new LionOptions { Lr = 1 }),
            () => optimizer.Lr *= 0.99,
            () => optimizer.Accumulate = !optimizer.Accumulate,
            () => _ = optimizer.Groups.Sum(group => group.Parameters.Count),
            () => _ = parameters.Sum(parameter => parameter.Length) + parameters.Count + parameters.ValueBytes + parameters.GradientBytes,
            () => optimizer.State(parameters["first"], "exp_avg").CopyTo(new float[300]),
            () => parameters["first"].Gradient.CopyFrom(new float[300]),
            () => parameters["first"].HasGradient = !parameters["first"].HasGradient,
            () => optimizer.StepCount(parameters["first"]),
            () => optimizer.PrepareAsync().Wait(),
            () => _ = optimizer.StateBytes,
        ];
        Together(thread =>
        {
            var random = new Random(thread);
            for (int call = 0; call < 60; call++)
                calls[random.Next(calls.Length)]();
            return true;
        });
        Assert.That(parameters, Has.Count.EqualTo(1 + added));
        Together(thread =>
        {
            Assert.That(
                () =>
                {
                    for (int step = 0; step < 100; step++)
                        calls[thread == 0 && step == 50 ? 0 : step % 2]();
                    optimizer.Dispose();
                    optimizer.Step();
                },
                Throws.TypeOf<ObjectDisposedException>());
            return true;
        });
    }

    [Test]
    public void Devices_do_not_wait_for_each_other()
    {
        using ComputeDevice busy = ComputeDevice.Open("cpu");
        using ComputeDevice other = ComputeDevice.Open("cpu");
        lock (busy.Gate)
        {
            Task<uint[]> training = Task.Run(() => Train(other, 1, steps: 3));
            Assert.That(training.Wait(TimeSpan.FromSeconds(30)), Is.True);
        }
    }

    /// <summary>Trains tensors of two types, with gradients that differ from step to step and from thread to thread.</summary>
    private static uint[] Train(ComputeDevice device, int thread, int steps = Steps)
    {
        using var parameters = new ParameterBuffer(device);
        parameters.Add("f", DType.Float32, 300 + thread);
        parameters.Add("b", DType.BFloat16, 500 + thread);
        using Optimizer optimizer = thread % 2 == 0 ? new AdamW(parameters, lr: 1e-2) : new StableAdamW(parameters, lr: 1e-2);
        float[][] gradients = [.. Enumerable.Range(0, 8).Select(i => TestTraining.Numbers(new Random((10 * thread) + i), 1000))];
        for (int step = 0; step < steps; step++)
        {
            foreach (Parameter parameter in parameters)
                parameter.Gradient.CopyFrom(gradients[step % gradients.Length].AsSpan(0, (int)parameter.Length));
            optimizer.Step();
        }

        return [.. parameters.SelectMany(parameter => TestTraining.Bits(parameter.Value).Concat(
            optimizer.StateNames(parameter).SelectMany(name => TestTraining.Bits(optimizer.State(parameter, name)))))];
    }

    /// <summary>Runs work on threads of their own that begin together.</summary>
    private static T[] Together<T>(Func<int, T> work)
    {
        using var begin = new Barrier(Threads);
        return [.. Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                begin.SignalAndWait();
                return work(thread);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))).GetAwaiter().GetResult()];
    }
}
