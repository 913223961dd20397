namespace Optimi;

/// <summary>
/// Saves trainings and loads them: parameters, states, step counters, options, schedules, the scale of the loss. N steps, a save, a load in
/// another process, on another device if need be, and N more steps end with the bits of 2N steps.
/// </summary>
/// <remarks>
/// Files are safetensors, with a checksum over every byte. Parameters have their own names, states those of PyTorch's flat form, such as
/// <c>state.encoder.weight.exp_avg</c>. While a checkpoint is saved or loaded, other threads that use the device wait.
/// </remarks>
public static partial class Checkpoint
{
    /// <summary>Saves a training. The file is written beside the old one, flushed to the disk, and takes its place only then: whatever
    /// happens meanwhile, one of them is whole.</summary>
    /// <param name="path">The file. Its folder exists.</param>
    /// <param name="training">What to save.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">An argument is null, the path is empty, or something in <paramref name="training"/> is
    /// null.</exception>
    /// <exception cref="CheckpointException">The file cannot be written, or the disk is full; the old one is as it was.</exception>
    /// <exception cref="ParameterException">A parameter's name is there twice or cannot be written, or averages are in place of
    /// values.</exception>
    /// <exception cref="OptionException">The averages are swapped in.</exception>
    /// <exception cref="ScheduleException">A group was added to an optimizer after a schedule was made.</exception>
    /// <exception cref="ObjectDisposedException">An optimizer, a buffer or a device is disposed.</exception>
    public static void Save(string path, TrainingState training, CheckpointSaveOptions? options = null) =>
        Save(path, training, options, progress: null, CancellationToken.None);

    /// <summary>Saves a training into a stream, from its position on.</summary>
    /// <inheritdoc cref="Save(string, TrainingState, CheckpointSaveOptions?)"/>
    /// <param name="stream">The stream, which stays open. It need not seek.</param>
    /// <param name="training">What to save.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="CheckpointException">The stream cannot be written; what it holds then is no checkpoint.</exception>
    public static void Save(Stream stream, TrainingState training, CheckpointSaveOptions? options = null) =>
        Save(stream, training, options, progress: null, CancellationToken.None);

    /// <summary>Says what a file holds, without loading it: one of Optimi's, another safetensors file, or one that <c>torch.save</c>
    /// wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointFormatException">The file is damaged or of another format.</exception>
    /// <exception cref="CheckpointException">The file cannot be read.</exception>
    public static CheckpointInfo Describe(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Reading($"'{path}'", () =>
        {
            using TensorFile file = TensorFile.Open(path);
            return new CheckpointInfo(file, ManifestReader.Read(file));
        });
    }

    /// <inheritdoc cref="Describe(string)"/>
    /// <param name="stream">The stream, from its position to its end. It can seek, and stays open.</param>
    public static CheckpointInfo Describe(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Reading("The stream", () =>
        {
            using TensorFile file = TensorFile.Open(stream);
            return new CheckpointInfo(file, ManifestReader.Read(file));
        });
    }

    /// <summary>Checks a file without loading it, and says what it holds: every byte against its checksum. A file without one, such as those
    /// that others wrote, is only checked for its structure.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ArgumentNullException"><paramref name="path"/> is null.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged or of another format.</exception>
    /// <exception cref="CheckpointException">The file cannot be read.</exception>
    public static CheckpointInfo Verify(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Reading($"'{path}'", () =>
        {
            using TensorFile file = TensorFile.Open(path);
            var info = new CheckpointInfo(file, ManifestReader.Read(file));
            file.Verify();
            return info;
        });
    }

    /// <summary>Loads a training. The file is read twice: at first to verify every byte and to compare it with what it is loaded into,
    /// before anything is changed; then into the parameters and states.</summary>
    /// <param name="path">The file: one of Optimi's, another safetensors file, or one that <c>torch.save</c> wrote.</param>
    /// <param name="training">What to load into, made as what was saved was made.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>What the file holds.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged or of another format. Nothing has changed.</exception>
    /// <exception cref="CheckpointMismatchException">The file is of something else. Nothing has changed.</exception>
    /// <exception cref="CheckpointException">The file cannot be read. If that happens when it is read for the second time, optimizers make
    /// no step until a checkpoint is loaded to the end.</exception>
    /// <exception cref="ParameterException">A parameter's name is there twice, or averages are in place of values.</exception>
    /// <exception cref="OptionException">The averages are swapped in.</exception>
    /// <exception cref="DeviceException">The device has no memory left for the states. Nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">An optimizer, a buffer or a device is disposed.</exception>
    public static CheckpointInfo Load(string path, TrainingState training, CheckpointLoadOptions? options = null) =>
        Load(path, training, options, progress: null, CancellationToken.None);

    /// <inheritdoc cref="Load(string, TrainingState, CheckpointLoadOptions?)"/>
    /// <param name="stream">The stream, from its position to its end. It can seek, and stays open.</param>
    /// <param name="training">What to load into, made as what was saved was made.</param>
    /// <param name="options">How; null for the defaults.</param>
    public static CheckpointInfo Load(Stream stream, TrainingState training, CheckpointLoadOptions? options = null) =>
        Load(stream, training, options, progress: null, CancellationToken.None);

    private static void Save(
        string path, TrainingState training, CheckpointSaveOptions? options, IProgress<CheckpointProgress>? progress,
        CancellationToken cancellation, Action? onBegun = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Write(training, options, $"'{path}'", onBegun, writer =>
        {
            using var file = new AtomicFile(path);
            writer.Write(file.Stream, Reporter(progress, CheckpointPhase.Saving, writer.Bytes), cancellation);
            cancellation.ThrowIfCancellationRequested();
            file.Commit(options?.Keep ?? 1);
        });
    }

    private static void Save(
        Stream stream, TrainingState training, CheckpointSaveOptions? options, IProgress<CheckpointProgress>? progress,
        CancellationToken cancellation, Action? onBegun = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Write(training, options, "the stream", onBegun, writer =>
        {
            writer.Write(stream, Reporter(progress, CheckpointPhase.Saving, writer.Bytes), cancellation);
            stream.Flush();
        });
    }

    /// <param name="training">What is saved.</param>
    /// <param name="options">How.</param>
    /// <param name="target">What the target is called in messages.</param>
    /// <param name="onBegun">Called when nothing can change any more of what is saved.</param>
    /// <param name="write">Writes it.</param>
    private static void Write(
        TrainingState training, CheckpointSaveOptions? options, string target, Action? onBegun, Action<SafetensorsWriter> write)
    {
        ArgumentNullException.ThrowIfNull(training);
        training.CheckNotNull();
        StateConvention convention = options?.Convention ?? StateConvention.Optimi;
        using var turns = new DeviceTurns(training.Devices);
        training.CheckForSaving();
        var content = CheckpointContent.Of(training, convention);
        var writer = new SafetensorsWriter(content.Tensors, content.Metadata);
        onBegun?.Invoke();
        try
        {
            write(writer);
        }
        // A file that is larger than the file system takes is an argument out of range to .NET.
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException
            or ArgumentOutOfRangeException)
        {
            throw new CheckpointException(
                FormattableString.Invariant($"The checkpoint of {writer.Bytes:N0} bytes cannot be written to {target}: {error.Message}"), error);
        }
    }

    private static CheckpointInfo Load(
        string path, TrainingState training, CheckpointLoadOptions? options, IProgress<CheckpointProgress>? progress,
        CancellationToken cancellation, Action? onBegun = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Reading($"'{path}'", () => Load(() => TensorFile.Open(path), training, options, progress, onBegun, cancellation));
    }

    private static CheckpointInfo Load(
        Stream stream, TrainingState training, CheckpointLoadOptions? options, IProgress<CheckpointProgress>? progress,
        CancellationToken cancellation, Action? onBegun = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Reading("The stream", () => Load(() => TensorFile.Open(stream), training, options, progress, onBegun, cancellation));
    }

    private static CheckpointInfo Load(
        Func<TensorFile> open, TrainingState training, CheckpointLoadOptions? options, IProgress<CheckpointProgress>? progress,
        Action? onBegun, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(training);
        training.CheckNotNull();
        using var turns = new DeviceTurns(training.Devices);
        onBegun?.Invoke();
        training.CheckForLoading();
        using TensorFile file = open();
        file.Verify(Reporter(progress, CheckpointPhase.Verifying, file.Bytes), cancellation);
        LoadPlan plan = LoadPlan.Of(file, training, options ?? new CheckpointLoadOptions());
        cancellation.ThrowIfCancellationRequested();
        var report = new LastReport(Reporter(progress, CheckpointPhase.Loading, plan.Bytes));
        plan.Run(report.OnRead);
        report.ThrowIfFailed();
        return new CheckpointInfo(file, plan.Manifest)
        {
            Missing = plan.Mismatches.Missing,
            Unexpected = plan.Mismatches.Unexpected,
        };
    }

    /// <summary>Reads, and says of errors what they are of.</summary>
    private static T Reading<T>(string source, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CheckpointException($"{source} cannot be read: {error.Message}", error);
        }
    }

    private static Action<long>? Reporter(IProgress<CheckpointProgress>? progress, CheckpointPhase phase, long total) =>
        progress is null ? null : bytes => progress.Report(new CheckpointProgress(phase, bytes, total));
}
