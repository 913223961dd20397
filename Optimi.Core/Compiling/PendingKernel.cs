namespace Optimi;

/// <summary>A kernel that is compiled when it is first needed, by a thread of the pool, once for all who need it.</summary>
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
    public bool IsDone => Volatile.Read(ref _loading) is { IsCompleted: true };

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
    public void Wait()
    {
        if (_launch is not null)
            return;
        Task<TLauncher> loading = Begin();
        try
        {
            _launch = loading.GetAwaiter().GetResult();
        }
        catch
        {
            lock (_gate)
            {
                if (_loading == loading)
                    _loading = null;
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public void AwaitCompiler() => ((IAsyncResult?)Volatile.Read(ref _loading))?.AsyncWaitHandle.WaitOne();

    private Task<TLauncher> Begin()
    {
        lock (_gate)
            return _loading ??= Task.Run(load);
    }
}
