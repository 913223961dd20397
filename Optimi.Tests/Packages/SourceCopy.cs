using System.Diagnostics;

namespace Optimi.Tests;

/// <summary>A copy of the sources in a folder of its own, in which packages are made and used as on a machine that has none of this
/// repository's builds.</summary>
internal sealed class SourceCopy : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("optimi-packages");

    /// <summary>Copies the repository.</summary>
    public SourceCopy(string repository)
    {
        Sources = Path.Combine(_folder.FullName, "sources");
        Packages = NewFolder("packages");
        Copy(new DirectoryInfo(repository), Sources);
        // Projects here find the new packages, and what the user's cache has, but leave nothing in it.
        File.WriteAllText(Path.Combine(_folder.FullName, "nuget.config"), $"""
            <configuration>
              <packageSources><add key="packed" value="{Packages}" /></packageSources>
              <fallbackPackageFolders><add key="usual" value="{UsualCache}" /></fallbackPackageFolders>
            </configuration>
            """);
    }

    /// <summary>The copy.</summary>
    public string Sources { get; }

    /// <summary>Where packages go.</summary>
    public string Packages { get; }

    private static string UsualCache => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>A new folder outside of the sources.</summary>
    public string NewFolder(string name) => _folder.CreateSubdirectory(name).FullName;

    /// <summary>Runs a program in a folder; it must succeed.</summary>
    /// <returns>What it wrote.</returns>
    public string Run(string folder, string program, params string[] arguments) => TestProcess.Run(Start(folder, program, arguments));

    /// <summary>Runs a program in a folder; it must fail.</summary>
    /// <returns>What it wrote.</returns>
    public string RunToFailure(string folder, string program, params string[] arguments)
    {
        ProcessStartInfo start = Start(folder, program, arguments);
        start.RedirectStandardOutput = true;
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Not.Zero, output);
        return output;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private ProcessStartInfo Start(string folder, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder };
        start.Environment["NUGET_PACKAGES"] = Path.Combine(_folder.FullName, "cache");
        start.Environment["DOTNET_CLI_HOME"] = _folder.FullName;
        start.Environment["DOTNET_NOLOGO"] = start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        return start;
    }

    private static void Copy(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (FileInfo file in from.EnumerateFiles())
            file.CopyTo(Path.Combine(to, file.Name));
        foreach (DirectoryInfo folder in from.EnumerateDirectories())
        {
            if (folder.Name is not ("bin" or "obj" or "artifacts" or "TestResults" or ".git"))
                Copy(folder, Path.Combine(to, folder.Name));
        }
    }
}
