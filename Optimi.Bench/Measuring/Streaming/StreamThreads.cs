using System.Diagnostics;

namespace Optimi.Bench;

/// <summary>Threads that exist only while they are timed: no others compete with a step, and handing out costs nothing.</summary>
internal static class StreamThreads
{
    /// <summary>Seconds that all cores together take for parts 0 to <paramref name="parts"/> - 1, claimed in that order.</summary>
    public static double Seconds(int parts, Action<int> runPart)
    {
        int cores = Environment.ProcessorCount;
        int arrived = 0;
        int claimed = -1;
        var begun = new long[cores];
        var ended = new long[cores];
        Thread[] others = [.. Enumerable.Range(1, cores - 1).Select(core => new Thread(() => Work(core)))];
        foreach (Thread other in others)
            other.Start();
        Work(0);
        foreach (Thread other in others)
            other.Join();
        return Stopwatch.GetElapsedTime(begun.Min(), ended.Max()).TotalSeconds;

        void Work(int core)
        {
            Interlocked.Increment(ref arrived);
            var spin = default(SpinWait);
            while (Volatile.Read(ref arrived) < cores)
                spin.SpinOnce(sleep1Threshold: -1);
            begun[core] = Stopwatch.GetTimestamp();
            while (Interlocked.Increment(ref claimed) is var part && part < parts)
                runPart(part);
            ended[core] = Stopwatch.GetTimestamp();
        }
    }
}
