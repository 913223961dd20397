using System.CommandLine;
using System.CommandLine.Help;
using Optimi.Bench;

var root = new Command("optimi", "Fused, low-precision training optimizers: lists devices, trains an example, replays, measures, converts checkpoints.")
{
    new HelpOption(),
    new VersionOption(),
    TrainCommand.Create(),
    DevicesCommand.Create(),
    ReplayCommand.Create(),
    BenchCommand.Create(),
    CheckpointCommand.Create(),
};
// After Ctrl-C there is still something to write.
var configuration = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) };
ParseResult parsed = root.Parse(args);
int exitCode = await parsed.InvokeAsync(configuration);
return parsed.Errors.Count > 0 ? ExitCode.UnusableInput : exitCode;
