using System.CommandLine;
using Optimi.Bench;

var root = new RootCommand("Optimi: fused, low-precision training optimizers. Lists devices, trains an example, replays, measures.")
{
    DevicesCommand.Create(),
    ReplayCommand.Create(),
    BenchCommand.Create(),
};
return root.Parse(args).Invoke();
