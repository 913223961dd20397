using System.Diagnostics;

namespace Optimi.Tests;

/// <summary>Runs a test in a process of its own, whose runtime is set otherwise.</summary>
internal static class TestProcess
{
    /// <summary>Runs the test of a name, which must pass.</summary>
    /// <returns>What it wrote.</returns>
    public static string Run(string test, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = StartInfo(test);
        start.RedirectStandardOutput = true;
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, output);
        return output;
    }

    /// <summary>How the test of a name is started.</summary>
    public static ProcessStartInfo StartInfo(string test)
    {
        string assembly = typeof(TestProcess).Assembly.Location;
        // The tests are a program too: started as one, or by the runtime's own launcher.
        string program = Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? ".exe" : null);
        return new ProcessStartInfo(program, ["--filter", $"Name={test}", "--output", "Detailed", "--no-banner"]);
    }

    /// <summary>Runs a program, which must succeed.</summary>
    /// <returns>What it wrote.</returns>
    public static string Run(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{output}{errors.Result}");
        return output;
    }
}
