using System.Runtime.ExceptionServices;

namespace Optimi;

/// <summary>Moves a file through several stages at once: while one piece is written the next is hashed and the one after it is read. The
/// memory is bounded, whatever the size.</summary>
internal sealed class PieceRing : IDisposable
{
    private const int Count = 8;

    /// <summary>Made when they are filled for the first time: a small file needs one.</summary>
    private readonly Piece?[] _pieces = new Piece?[Count];
    private readonly Action<Piece>[] _stages;
    private readonly SemaphoreSlim[] _ready;
    private readonly CancellationTokenSource _failed = new();
    private Exception? _error;

    private PieceRing(Action<Piece>[] stages)
    {
        _stages = stages;
        _ready = [.. stages.Select((_, stage) => new SemaphoreSlim(stage == 0 ? Count : 0))];
    }

    /// <summary>Runs all stages, until the last piece has passed through them.</summary>
    /// <param name="fill">The first stage: fills a piece, and says whether another one follows.</param>
    /// <param name="calledStage">The stage that the calling thread does, by its number; 0 is <paramref name="fill"/>. The others have
    /// threads of their own.</param>
    /// <param name="stages">The stages after it.</param>
    /// <remarks>If a stage fails all end, and the first error is thrown.</remarks>
    public static void Run(Func<Piece, bool> fill, int calledStage, params Action<Piece>[] stages)
    {
        using var ring = new PieceRing([piece => piece.IsLast = !fill(piece), .. stages]);
        Task[] others =
        [
            .. Enumerable.Range(0, ring._stages.Length).Where(stage => stage != calledStage).Select(
                stage => Task.Factory.StartNew(
                    () => ring.Do(stage), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)),
        ];
        ring.Do(calledStage);
        Task.WaitAll(others);
        if (ring._error is not null)
            ExceptionDispatchInfo.Throw(ring._error);
    }

    public void Dispose()
    {
        foreach (SemaphoreSlim ready in _ready)
            ready.Dispose();
        _failed.Dispose();
        foreach (Piece? piece in _pieces)
            piece?.Dispose();
    }

    private void Do(int stage)
    {
        try
        {
            bool isLast = false;
            for (int i = 0; !isLast; i = (i + 1) % Count)
            {
                _ready[stage].Wait(_failed.Token);
                Piece piece = _pieces[i] ??= new Piece();
                _stages[stage](piece);
                // The piece may be filled again once it is handed on.
                isLast = piece.IsLast;
                _ready[(stage + 1) % _stages.Length].Release();
            }
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref _error, error, null);
            _failed.Cancel();
        }
    }
}
