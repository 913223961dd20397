namespace Optimi.Tests;

/// <summary>Whoever has every thread of the pool at work can still train on the host.</summary>
[NonParallelizable]
internal sealed class BusyPoolTests
{
    [TestCase("cpu")]
    [TestCase("cpu-simulated")]
    public void Nothing_waits_for_a_thread_of_the_pool(string name)
    {
        using var release = new ManualResetEventSlim();
        // The pool adds about two threads a second to those it has, so that these keep it busy for minutes.
        Task[] busy = [.. Enumerable.Range(0, 300).Select(_ => Task.Run(release.Wait))];
        try
        {
            Task training = Task.Factory.StartNew(
                () => Train(name), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            Assert.That(training.Wait(TimeSpan.FromSeconds(30)), Is.True);
        }
        finally
        {
            release.Set();
            Task.WaitAll(busy);
        }
    }

    private static void Train(string name)
    {
        using ComputeDevice device = ComputeDevice.Open(name);
        using var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.Float32, 100_000).Gradient.Fill(1);
        using var optimizer = new StableAdamW(parameters, lr: 1);
        optimizer.PrepareAsync().Wait();
        optimizer.Step();
        device.Synchronize();
    }
}
