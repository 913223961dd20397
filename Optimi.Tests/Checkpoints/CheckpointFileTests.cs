namespace Optimi.Tests;

/// <summary>The files of checkpoints: old ones, progress, cancelling, and what goes wrong.</summary>
internal sealed class CheckpointFileTests
{
    private ComputeDevice _device = null!;
    private DirectoryInfo _folder = null!;

    private string Target => Path.Combine(_folder.FullName, "run.safetensors");

    [SetUp]
    public void Open()
    {
        _device = ComputeDevice.Open("cpu");
        _folder = Directory.CreateTempSubdirectory("optimi");
    }

    [TearDown]
    public void Close()
    {
        _device.Dispose();
        _folder.Delete(recursive: true);
    }

    [Test]
    public void Old_checkpoints_are_kept_if_that_is_asked_for()
    {
        using SavedTraining training = Training();
        for (int save = 1; save <= 5; save++)
        {
            Checkpoint.Save(
                Target,
                new TrainingState(training.Optimizer) { Metadata = new Dictionary<string, string> { ["save"] = $"{save}" } },
                new() { Keep = 3 });
        }

        Assert.Multiple(() =>
        {
            Assert.That(
                _folder.GetFiles().Select(file => file.Name),
                Is.EquivalentTo(new[] { "run.safetensors", "run.1.safetensors", "run.2.safetensors" }));
            Assert.That(SaveOf("run.safetensors"), Is.EqualTo("5"));
            Assert.That(SaveOf("run.1.safetensors"), Is.EqualTo("4"));
            Assert.That(SaveOf("run.2.safetensors"), Is.EqualTo("3"));
        });

        string SaveOf(string name) => Checkpoint.Describe(Path.Combine(_folder.FullName, name)).Metadata["save"];
    }

    [Test]
    public async Task Progress_is_told_and_a_cancelled_save_leaves_the_old_file()
    {
        using SavedTraining training = Training();
        training.Run(0, 2);
        var told = new Told();
        await Checkpoint.SaveAsync(Target, training.State, progress: told);
        byte[] before = await File.ReadAllBytesAsync(Target);
        Assert.That(told.Last, Is.EqualTo(new CheckpointProgress(CheckpointPhase.Saving, before.Length, before.Length)));
        using var cancelled = new CancellationTokenSource();
        // Cancelled while it is written.
        var cancelling = new Told(_ => cancelled.Cancel());
        Assert.That(
            async () => await Checkpoint.SaveAsync(Target, training.State, progress: cancelling, cancellation: cancelled.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllBytes(Target), Is.EqualTo(before));
            Assert.That(_folder.GetFiles(), Has.Length.EqualTo(1));
        });
    }

    [Test]
    public async Task Loading_can_be_cancelled_until_something_changes()
    {
        using SavedTraining training = Training();
        training.Run(0, 2);
        Checkpoint.Save(Target, training.State);
        uint[] saved = training.Bits();
        training.Run(2, 2);
        uint[] before = training.Bits();
        using var early = new CancellationTokenSource();
        var verifying = new Told(_ => early.Cancel());
        Assert.That(
            async () => await Checkpoint.LoadAsync(Target, training.State, progress: verifying, cancellation: early.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(training.Bits(), Is.EqualTo(before));
        using var late = new CancellationTokenSource();
        var loading = new Told(progress =>
        {
            if (progress.Phase == CheckpointPhase.Loading)
                late.Cancel();
        });
        await Checkpoint.LoadAsync(Target, training.State, progress: loading, cancellation: late.Token);
        Assert.That(training.Bits(), Is.EqualTo(saved));
    }

    [Test]
    public void Half_a_load_is_no_state_to_step_from()
    {
        using SavedTraining training = Training();
        training.Run(0, 2);
        Checkpoint.Save(Target, training.State);
        using var failing = new FailingStream(File.ReadAllBytes(Target));
        CheckpointException error = Assert.Throws<CheckpointException>(() => Checkpoint.Load(failing, training.State))!;
        Assert.That(error.Message, Does.Contain("half old and half new").And.Contain("no more"));
        Assert.That(() => training.Run(2, 1), Throws.TypeOf<CheckpointException>().With.Message.Contains("cut off"));
        Assert.That(() => Checkpoint.Save(Target, training.State), Throws.TypeOf<CheckpointException>());
        Checkpoint.Load(Target, training.State);
        training.Run(2, 1);
    }

    [Test]
    public void A_path_that_cannot_be_is_an_error_with_a_cause()
    {
        using SavedTraining training = Training();
        string nowhere = Path.Combine(_folder.FullName, "nowhere", "run.safetensors");
        Assert.Multiple(() =>
        {
            Assert.That(() => Checkpoint.Save(nowhere, training.State), Throws.TypeOf<CheckpointException>().With.Message.Contains("nowhere"));
            Assert.That(() => Checkpoint.Load(nowhere, training.State), Throws.TypeOf<CheckpointException>().With.Message.Contains("nowhere"));
            Assert.That(() => Checkpoint.Describe(_folder.FullName), Throws.TypeOf<CheckpointException>());
            Assert.That(() => Checkpoint.Save(_folder.FullName, training.State), Throws.TypeOf<CheckpointException>());
        });
    }

    private SavedTraining Training() => new(_device, DType.BFloat16, parameters => new AdamW(parameters, lr: 0.01));

    /// <summary>Remembers what it was told last.</summary>
    private sealed class Told(Action<CheckpointProgress>? onTold = null) : IProgress<CheckpointProgress>
    {
        public CheckpointProgress Last { get; private set; }

        public void Report(CheckpointProgress value)
        {
            Last = value;
            onTold?.Invoke(value);
        }
    }

    /// <summary>Can be read to its end once, beside its header, and then no more.</summary>
    private sealed class FailingStream(byte[] bytes) : MemoryStream(bytes)
    {
        private long _left = bytes.Length + BitConverter.ToInt64(bytes) + 200;

        public override int Read(Span<byte> buffer)
        {
            _left -= buffer.Length;
            return _left < 0 ? throw new IOException("The disk reads no more.") : base.Read(buffer);
        }
    }
}
