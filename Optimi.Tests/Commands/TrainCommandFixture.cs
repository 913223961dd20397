using System.Text.Json;
using Optimi.Bench;

namespace Optimi.Tests;

/// <summary>Runs <c>train</c> in a folder of the test's own.</summary>
internal abstract class TrainCommandFixture
{
    /// <summary>Where results go.</summary>
    protected string Folder { get; private set; } = null!;

    /// <summary>What was written to the console.</summary>
    protected CapturedConsole Output { get; private set; } = null!;

    [SetUp]
    public void MakeFolder()
    {
        Folder = Directory.CreateTempSubdirectory("optimi").FullName;
        Output = new CapturedConsole();
    }

    [TearDown]
    public void RemoveFolder()
    {
        Output.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Trains on a text that every machine has.</summary>
    protected int Train(params string[] arguments)
    {
        string text = Path.Combine(Folder, "text.md");
        File.WriteAllText(text, string.Concat(Enumerable.Range(0, 400).Select(i => $"Line {i} says that {i} times {i} is {i * i}.\n")));
        string[] input = arguments.Contains("--text") ? [] : ["--text", text];
        return TrainCommand.Create().Parse([.. arguments, .. input, "--out", Folder]).Invoke();
    }

    /// <summary>The summary of each run.</summary>
    protected JsonElement[] Runs()
    {
        using JsonDocument summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "summary.json")));
        return [.. summary.RootElement.GetProperty("runs").EnumerateArray().Select(run => run.Clone())];
    }
}
