using System.Diagnostics;
using System.Globalization;

namespace Optimi.Tests;

/// <summary>A process that is killed while it saves, and a disk that is full, leave the last checkpoint whole.</summary>
internal sealed class CrashTests
{
    private const string TargetVariable = "OPTIMI_TEST_TARGET";
    private const string LengthVariable = "OPTIMI_TEST_LENGTH";
    private const string Generation = "generation";

    private DirectoryInfo _folder = null!;

    private string Target => Path.Combine(_folder.FullName, "run.safetensors");

    private bool IsWriting => _folder.EnumerateFiles("run.safetensors.*.partial").Any();

    [SetUp]
    public void Open() => _folder = Directory.CreateTempSubdirectory("optimi");

    [TearDown]
    public void Close() => _folder.Delete(recursive: true);

    [Test]
    public void A_killed_process_leaves_the_last_checkpoint_whole() => KillAgainAndAgain(kills: 2, length: 4 << 20, mostWhileWriting: 2);

    [Test]
    [Explicit("It takes minutes.")]
    [Category("Long")]
    public void Fifty_killed_processes_leave_large_checkpoints_whole() =>
        KillAgainAndAgain(kills: 50, length: 64 << 20, mostWhileWriting: 36);

    [Test]
    [Platform("Linux")]
    public void A_full_disk_leaves_the_old_checkpoint()
    {
        Save(length: 1 << 23, generation: 1);
        // The limit is on every file that the process writes; without the signal it is an error like that of a full disk.
        using Process process = Start(
            nameof(Saves_where_there_is_no_room),
            1 << 23,
            start => new ProcessStartInfo(
                "/bin/sh", ["-c", "trap '' XFSZ; ulimit -f 20000; exec \"$0\" \"$@\"", start.FileName, .. start.ArgumentList])
            {
                // The runtime's own file of executable memory is larger.
                Environment = { ["DOTNET_EnableWriteXorExecute"] = "0" },
            });
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, output);
        Assert.Multiple(() =>
        {
            Assert.That(LoadedGeneration(1 << 23), Is.EqualTo(1));
            Assert.That(_folder.GetFiles(), Has.Length.EqualTo(1));
        });
    }

    [Test]
    [Platform("Linux")]
    public void A_stream_that_is_full_is_an_error_with_its_cause()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using ParameterBuffer parameters = Parameters(device, length: 1000);
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
        Assert.That(
            () => Checkpoint.Save(full, new TrainingState(parameters)),
            Throws.TypeOf<CheckpointException>().With.Message.Contains("No space left"));
    }

    /// <summary>What the killed process does.</summary>
    [Test]
    [Explicit("Another test starts it, and kills it.")]
    public void Saves_until_it_is_killed()
    {
        string target = Environment.GetEnvironmentVariable(TargetVariable)!;
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using ParameterBuffer parameters = Parameters(device, LengthGiven);
        for (int generation = 1; ; generation++)
            Save(target, parameters, generation);
    }

    /// <summary>What the process does whose files must be small.</summary>
    [Test]
    [Explicit("Another test starts it.")]
    public void Saves_where_there_is_no_room()
    {
        string target = Environment.GetEnvironmentVariable(TargetVariable)!;
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using ParameterBuffer parameters = Parameters(device, LengthGiven);
        Assert.That(
            () => Save(target, parameters, generation: 2), Throws.TypeOf<CheckpointException>().With.Message.Contains(target));
    }

    private static int LengthGiven => int.Parse(Environment.GetEnvironmentVariable(LengthVariable)!, CultureInfo.InvariantCulture);

    private static ParameterBuffer Parameters(ComputeDevice device, int length)
    {
        var parameters = new ParameterBuffer(device);
        parameters.Add("p", DType.Float32, length);
        return parameters;
    }

    private static void Save(string target, ParameterBuffer parameters, int generation)
    {
        parameters["p"].Value.Fill(generation);
        var metadata = new Dictionary<string, string> { [Generation] = generation.ToString(CultureInfo.InvariantCulture) };
        Checkpoint.Save(target, new TrainingState(parameters) { Metadata = metadata });
    }

    /// <summary>Kills a process that saves, at random moments.</summary>
    /// <param name="kills">How often.</param>
    /// <param name="length">How many numbers a checkpoint has.</param>
    /// <param name="mostWhileWriting">How many of the moments are chosen to be while a file is written.</param>
    private void KillAgainAndAgain(int kills, int length, int mostWhileWriting)
    {
        var random = new Random(1);
        int whileWriting = 0;
        for (int kill = 0; kill < kills; kill++)
        {
            File.Delete(Target);
            using Process process = Start(nameof(Saves_until_it_is_killed), length, start => start);
            Await(() => File.Exists(Target), process);
            double writing = DurationOfWriting(process);
            if (kill < mostWhileWriting)
                Await(() => IsWriting, process);
            Thread.Sleep(TimeSpan.FromSeconds(writing * random.NextDouble()));
            process.Kill();
            process.WaitForExit();
            whileWriting += IsWriting ? 1 : 0;
            Assert.That(LoadedGeneration(length), Is.AtLeast(1));
        }

        TestContext.Out.WriteLine($"{whileWriting} of {kills} kills while a file was written");
        Assert.That(whileWriting, Is.AtLeast(kills * 3 / 5));
    }

    /// <summary>The generation of the last checkpoint, all of whose numbers are its own.</summary>
    private int LoadedGeneration(int length)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using ParameterBuffer parameters = Parameters(device, length);
        CheckpointInfo info = Checkpoint.Load(Target, new TrainingState(parameters));
        int generation = int.Parse(info.Metadata[Generation], CultureInfo.InvariantCulture);
        Assert.That(parameters["p"].Value.AsSpan<float>().IndexOfAnyExcept(generation), Is.EqualTo(-1));
        return generation;
    }

    private void Save(int length, int generation)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using ParameterBuffer parameters = Parameters(device, length);
        Save(Target, parameters, generation);
    }

    private Process Start(string test, int length, Func<ProcessStartInfo, ProcessStartInfo> through)
    {
        ProcessStartInfo start = through(TestProcess.StartInfo(test));
        start.RedirectStandardOutput = true;
        start.Environment[TargetVariable] = Target;
        start.Environment[LengthVariable] = length.ToString(CultureInfo.InvariantCulture);
        return Process.Start(start)!;
    }

    private static void Await(Func<bool> isSo, Process writer)
    {
        while (!isSo())
        {
            Assert.That(writer.HasExited, Is.False);
            Thread.Sleep(1);
        }
    }

    /// <summary>How many seconds a file is written, the next time that one is.</summary>
    private double DurationOfWriting(Process writer)
    {
        Await(() => IsWriting, writer);
        var watch = Stopwatch.StartNew();
        Await(() => !IsWriting, writer);
        return watch.Elapsed.TotalSeconds;
    }
}
