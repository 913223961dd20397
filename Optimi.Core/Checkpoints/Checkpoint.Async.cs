namespace Optimi;

public static partial class Checkpoint
{
    /// <summary>Saves a training as <see cref="Save(string, TrainingState, CheckpointSaveOptions?)"/> does, on another thread. When it
    /// returns, what will be in the file is settled: until all is written, whoever uses the device waits.</summary>
    /// <inheritdoc cref="Save(string, TrainingState, CheckpointSaveOptions?)"/>
    /// <param name="path">The file. Its folder exists.</param>
    /// <param name="training">What to save.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told how far it is, by other threads; it must not use the device.</param>
    /// <param name="cancellation">Ends it early; the old file is as it was.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Task SaveAsync(
        string path,
        TrainingState training,
        CheckpointSaveOptions? options = null,
        IProgress<CheckpointProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(training);
        return Begin(onBegun =>
        {
            Save(path, training, options, progress, cancellation, onBegun);
            return true;
        });
    }

    /// <inheritdoc cref="SaveAsync(string, TrainingState, CheckpointSaveOptions?, IProgress{CheckpointProgress}?, CancellationToken)"/>
    /// <param name="stream">The stream, which stays open. It need not seek. What it holds after a failure is no checkpoint.</param>
    /// <param name="training">What to save.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told how far it is, by other threads; it must not use the device.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static Task SaveAsync(
        Stream stream,
        TrainingState training,
        CheckpointSaveOptions? options = null,
        IProgress<CheckpointProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(training);
        return Begin(onBegun =>
        {
            Save(stream, training, options, progress, cancellation, onBegun);
            return true;
        });
    }

    /// <summary>Loads a training as <see cref="Load(string, TrainingState, CheckpointLoadOptions?)"/> does, on another thread. When it
    /// returns, the device is its own until all is loaded: whoever uses it waits.</summary>
    /// <inheritdoc cref="Load(string, TrainingState, CheckpointLoadOptions?)"/>
    /// <param name="path">The file: one of Optimi's, another safetensors file, or one that <c>torch.save</c> wrote.</param>
    /// <param name="training">What to load into, made as what was saved was made.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told how far it is, by other threads; it must not use the device.</param>
    /// <param name="cancellation">Ends it early, as long as the file is verified and nothing is changed; afterwards it goes on to the
    /// end.</param>
    /// <exception cref="OperationCanceledException">It was cancelled. Nothing has changed.</exception>
    public static Task<CheckpointInfo> LoadAsync(
        string path,
        TrainingState training,
        CheckpointLoadOptions? options = null,
        IProgress<CheckpointProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(training);
        return Begin(onBegun => Load(path, training, options, progress, cancellation, onBegun));
    }

    /// <inheritdoc cref="LoadAsync(string, TrainingState, CheckpointLoadOptions?, IProgress{CheckpointProgress}?, CancellationToken)"/>
    /// <param name="stream">The stream, from its position to its end. It can seek, and stays open.</param>
    /// <param name="training">What to load into, made as what was saved was made.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told how far it is, by other threads; it must not use the device.</param>
    /// <param name="cancellation">Ends it early, as long as the file is verified and nothing is changed; afterwards it goes on to the
    /// end.</param>
    public static Task<CheckpointInfo> LoadAsync(
        Stream stream,
        TrainingState training,
        CheckpointLoadOptions? options = null,
        IProgress<CheckpointProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(training);
        return Begin(onBegun => Load(stream, training, options, progress, cancellation, onBegun));
    }

    /// <summary>Begins work on a thread of its own, and waits until it has the turn at all devices, or has failed before.</summary>
    private static Task<T> Begin<T>(Func<Action, T> work)
    {
        var begun = new TaskCompletionSource();
        var ended = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    ended.SetResult(work(() => begun.TrySetResult()));
                }
                catch (OperationCanceledException cancelled)
                {
                    ended.SetCanceled(cancelled.CancellationToken);
                }
                catch (Exception error)
                {
                    ended.SetException(error);
                }
                finally
                {
                    begun.TrySetResult();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        begun.Task.Wait();
        return ended.Task;
    }
}
