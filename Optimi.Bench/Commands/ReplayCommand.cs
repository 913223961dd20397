using System.CommandLine;
using System.Globalization;
using System.IO.Enumeration;

namespace Optimi.Bench;

/// <summary><c>replay</c>: runs reference cases and compares them bit for bit.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        // None at all is unusable input, which has an exit code of its own; the parser's would say that a case failed.
        var paths = new Argument<string[]>("paths")
        {
            Description = "Cases: *.safetensors files, or folders of them.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var device = new Option<string>("--device")
        {
            Description = "Devices, separated by commas, or all that open.",
            DefaultValueFactory = _ => "cpu",
        };
        var skip = new Option<string[]>("--skip") { Description = "Leave out the cases whose names match; may be repeated." };
        var json = new Option<string?>("--json") { Description = "Write the reports to a file." };
        var accuracy = new Option<string?>("--accuracy")
        {
            Description = "Write a Markdown table of the distances to float64, ours and the Python library's, to a file.",
        };
        var release = new Option<bool>("--gradient-release")
        {
            Description = "Step each parameter as soon as its gradient is there, from memory that is rented for it.",
        };
        var command = new Command("replay", "Runs reference cases on a device and compares them bit for bit.")
        {
            paths, device, release, skip, json, accuracy,
        };
        command.SetAction(parsed => Run(
            parsed.GetValue(paths)!,
            parsed.GetValue(device)!,
            parsed.GetValue(release),
            parsed.GetValue(skip) ?? [],
            parsed.GetValue(json),
            parsed.GetValue(accuracy)));
        return command;
    }

    private static int Run(
        string[] paths, string devices, bool releases, string[] skip, string? json, string? accuracy)
    {
        List<GoldenCase> cases;
        List<ReplayReport> reports = [];
        List<ComputeDevice> opened = [];
        try
        {
            // By the file's name first, so that what is left out need not be readable.
            cases = [.. paths.SelectMany(FilesOf).Where(path => !IsSkipped(Path.GetFileNameWithoutExtension(path), skip))
                .Select(GoldenCase.Read).Where(golden => !IsSkipped(golden.Name, skip))];
            if (cases.Count == 0)
                throw new FileNotFoundException("No case is left to run; look at the paths and at --skip.");

            // All before the first case: a name that is wrong is known at once.
            foreach (string name in DeviceNames.Resolve(devices))
                opened.Add(ComputeDevice.Open(name));
            if (opened.Count == 0)
                throw new DeviceException($"'{devices}' names no device; 'devices' lists them.");
            foreach (ComputeDevice device in opened)
            {
                foreach (GoldenCase golden in cases)
                {
                    ReplayReport report = Replayer.Run(golden, device, releases);
                    Console.WriteLine(Line(report));
                    reports.Add(report);
                }
            }

            if (json is not null)
                File.WriteAllText(json, Json.Write(reports));
            if (accuracy is not null)
                File.WriteAllText(accuracy, AccuracyTable.Markdown(cases.Zip(reports)));
        }
        catch (Exception error) when (
            error is CaseFileException or IOException or UnauthorizedAccessException or OptimiException)
        {
            Console.Error.WriteLine(error.Message);
            return ExitCode.UnusableInput;
        }
        finally
        {
            opened.ForEach(device => device.Dispose());
        }

        int passed = reports.Count(report => report.Pass);
        Console.WriteLine($"{passed} passed, {reports.Count - passed} failed");
        return passed == reports.Count ? ExitCode.Success : ExitCode.Failure;
    }

    private static bool IsSkipped(string name, string[] skip) =>
        skip.Any(glob => FileSystemName.MatchesSimpleExpression(glob, name, ignoreCase: false));

    private static IEnumerable<string> FilesOf(string path)
    {
        if (File.Exists(path))
            return [path];
        if (!Directory.Exists(path))
            throw new FileNotFoundException($"There is no file or folder '{path}'.");
        return Directory.EnumerateFiles(path, "*.safetensors").Order(StringComparer.Ordinal);
    }

    private static string Line(ReplayReport report)
    {
        string ratio = report.RmsRatio?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";
        string rms = report.Rms?.ToString("0.00e+00", CultureInfo.InvariantCulture) ?? "-";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(report.Pass ? "pass" : "FAIL")}  {report.Case,-32} {report.Device,-14} elements {report.Elements,5}  differ {report.Differ,4}"
            + $"  max ulp {report.MaxUlp,3}  rms {rms,8}  ratio {ratio,6}{(report.Pass ? "" : "  " + report.Reason)}");
    }
}
