using System.Runtime.ExceptionServices;

namespace Optimi;

/// <summary>
/// Work in parts that threads of the pool and the caller claim one by one. Nothing is allocated per run, and the caller never
/// waits for a thread that has not started.
/// </summary>
internal sealed class ParallelWork
{
    /// <summary>Fewer tiles than this (65,536 numbers) are not worth waking a second thread for.</summary>
    private const int MinParallelTiles = 256;

    /// <summary>Many small parts let two threads finish together although one was late; fewer cost less to hand out.</summary>
    public const int MaxParts = 64;

    private readonly Action<int> _runPart;
    private Helper[] _helpers = [];
    private ExceptionDispatchInfo? _error;
    private int _unclaimed;
    private int _unfinished;

    public ParallelWork(Action<int> runPart) => _runPart = runPart;

    /// <summary>Into how many parts work over some tiles is best cut.</summary>
    public static int PartsOf(int tiles) =>
        tiles < MinParallelTiles ? 1 : Math.Min(MaxParts, tiles / (MinParallelTiles / 8));

    /// <summary>Runs parts 0 to <paramref name="parts"/> - 1, and returns when all are done.</summary>
    /// <param name="parts">How many parts.</param>
    /// <param name="threads">How many threads at the most, the caller's among them.</param>
    public void Run(int parts, int threads)
    {
        int helpers = Math.Min(threads, parts) - 1;
        if (helpers == 0)
        {
            for (int part = 0; part < parts; part++)
                _runPart(part);
            return;
        }

        Hire(helpers);
        _unfinished = parts;
        // Parts are claimed by counting down one number, so that a helper that comes late, from the run before, finds either
        // nothing or a part of this run, never a part twice.
        Volatile.Write(ref _unclaimed, parts);
        for (int i = 0; i < helpers; i++)
            _helpers[i].Queue();
        Claim();
        var spin = default(SpinWait);
        while (Volatile.Read(ref _unfinished) > 0)
            spin.SpinOnce(sleep1Threshold: -1);
        Interlocked.Exchange(ref _error, null)?.Throw();
    }

    private void Hire(int count)
    {
        int there = _helpers.Length;
        if (there >= count)
            return;
        Array.Resize(ref _helpers, count);
        for (int i = there; i < count; i++)
            _helpers[i] = new Helper(this);
    }

    private void Claim()
    {
        while (Interlocked.Decrement(ref _unclaimed) is var part and >= 0)
        {
            try
            {
                _runPart(part);
            }
            catch (Exception error)
            {
                // Thrown by the caller, once no thread is at work any more.
                Interlocked.CompareExchange(ref _error, ExceptionDispatchInfo.Capture(error), null);
            }

            Interlocked.Decrement(ref _unfinished);
        }
    }

    /// <summary>A thread of the pool, while it works here. Queued once at most, or the pool's queue would grow.</summary>
    private sealed class Helper(ParallelWork work) : IThreadPoolWorkItem
    {
        private int _isQueued;

        public void Queue()
        {
            if (Interlocked.Exchange(ref _isQueued, 1) == 0)
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        public void Execute()
        {
            Volatile.Write(ref _isQueued, 0);
            work.Claim();
        }
    }
}
