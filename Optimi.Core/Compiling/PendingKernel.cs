namespace Optimi;

/// <summary>A kernel that is compiled when it is first needed, by a thread of its own, once for all who need it.</summary>
/// <typeparam name="TLauncher">The delegate that queues it.</typeparam>
/// <param name="load">Compiles the kernel.</param>
internal sealed class PendingKernel<TLauncher>(Func<TLauncher> load) : IPendingKernel
    where TLauncher : Delegate
{
    private readonly Lock _gate = new();
    private Task<TLauncher>? _loading;
    private TLauncher? _launch;

    /// <inheritdoc/>
    public bool IsStarted => Volatile.Read(ref _loading) is not null;

    /// <inheritdoc/>
    public bool IsReady => Volatile.Read(ref _loading) is { IsCompletedSuccessfully: true };

    /// <inheritdoc/>
    public Exception? Error => Volatile.Read(ref _loading)?.Exception?.InnerException;

    /// <summary>Queues the kernel, once it is there.</summary>
    public TLauncher Launch
    {
        get
        {
            if (_launch is null)
                Wait();
            return _launch!;
        }
    }

    /// <inheritdoc/>
    public Task Start() => Begin();

    /// <inheritdoc/>
    public void Wait() => _launch ??= Begin().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void AwaitCompiler() =>
        ((Task?)Volatile.Read(ref _loading))?.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();

    /// <summary>The compilation. It has a thread of its own, since those of the pool may all be waiting for it.</summary>
    private Task<TLauncher> Begin()
    {
        lock (_gate)
        {
            if (_loading is null or { IsFaulted: true })
            {
                _loading = Task.Factory.StartNew(
                    load, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }

            return _loading;
        }
    }
}
