using Spectre.Console;

namespace Optimi.Bench;

/// <summary>The console: as wide as it is, or wide enough for every table where the output goes to a file.</summary>
internal static class Terminal
{
    private const int WidthOfFiles = 200;

    public static IAnsiConsole Create()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings());
        if (Console.IsOutputRedirected)
            console.Profile.Width = WidthOfFiles;
        return console;
    }
}
