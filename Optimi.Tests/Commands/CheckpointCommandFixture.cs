using Optimi.Bench;

namespace Optimi.Tests;

/// <summary>Runs <c>checkpoint</c> in a folder of the test's own.</summary>
internal abstract class CheckpointCommandFixture
{
    /// <summary>Where files go.</summary>
    protected string Folder { get; private set; } = null!;

    /// <summary>What was written to the console.</summary>
    protected CapturedConsole Output { get; private set; } = null!;

    protected ComputeDevice Device { get; private set; } = null!;

    [SetUp]
    public void MakeFolder()
    {
        Folder = Directory.CreateTempSubdirectory("optimi").FullName;
        Output = new CapturedConsole();
        Device = ComputeDevice.Open("cpu");
    }

    [TearDown]
    public void RemoveFolder()
    {
        Device.Dispose();
        Output.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    protected static int Run(params string[] arguments) => CheckpointCommand.Create().Parse(arguments).Invoke();

    protected string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Converts a file, which must succeed.</summary>
    /// <returns>The new file.</returns>
    protected string Convert(string from, string to, params string[] more)
    {
        string path = PathOf($"{Path.GetFileNameWithoutExtension(from)}-for-{to}.safetensors");
        Assert.That(Run(["convert", from, path, "--to", to, .. more]), Is.EqualTo(ExitCode.Success), Output.Error);
        return path;
    }

    /// <summary>A file that PyTorch itself has written.</summary>
    protected static string OfTorch(string name) => Path.Combine(AppContext.BaseDirectory, "Checkpoints", "Files", "Data", name);
}
