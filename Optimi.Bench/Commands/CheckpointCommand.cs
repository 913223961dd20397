using System.CommandLine;

namespace Optimi.Bench;

/// <summary><c>checkpoint</c>: says what a checkpoint holds, and converts it for other optimizers.</summary>
internal static class CheckpointCommand
{
    private const int ExampleSteps = 1000;

    private static readonly Dictionary<string, StateConvention> _conventions = new()
    {
        ["optimi"] = StateConvention.Optimi,
        ["pytorch"] = StateConvention.PyTorch,
    };

    public static Command Create() => new("checkpoint", "Describes checkpoints, and converts them between Optimi and PyTorch.")
    {
        CreateDescribe(),
        CreateConvert(),
    };

    private static Command CreateDescribe()
    {
        var path = new Argument<string>("path") { Description = "A safetensors file, or one that torch.save wrote." };
        var verify = new Option<bool>("--verify") { Description = "Check every byte against the file's checksum." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("describe", "Says what a file holds.") { path, verify, json };
        command.SetAction(parsed => Guarded(() =>
        {
            CheckpointDescription description = CheckpointDescription.Of(parsed.GetValue(path)!, parsed.GetValue(verify));
            if (parsed.GetValue(json))
                Console.WriteLine(Json.Write(description));
            else
                CheckpointTable.Write(description);
        }));
        return command;
    }

    private static Command CreateConvert()
    {
        var source = new Argument<string>("source") { Description = "A safetensors file, or one that torch.save wrote." };
        var target = new Argument<string>("target") { Description = "The safetensors file to write." };
        var to = new Option<string>("--to") { Description = "Whose optimizers the new file is for: pytorch or optimi.", Required = true };
        var optimizer = new Option<string?>("--optimizer")
        {
            Description = $"Whose states a file has that does not say so: {string.Join(", ", OptimizerKind.All.Keys)}.",
        };
        var from = new Option<string?>("--from")
        {
            Description = "Whose averages a file has that does not say so: pytorch, for raw ones, or optimi, for debiased ones such as"
                + " torch-optimi's. Default: pytorch.",
        };
        var steps = new Option<string?>("--step-count") { Description = "How many steps were made, for files without step counters." };
        to.AcceptOnlyFromAmong([.. _conventions.Keys]);
        from.AcceptOnlyFromAmong([.. _conventions.Keys]);
        optimizer.AcceptOnlyFromAmong([.. OptimizerKind.All.Keys]);
        var command = new Command("convert", "Converts states, which PyTorch keeps otherwise than Optimi.")
        {
            source, target, to, optimizer, from, steps,
        };
        command.SetAction(parsed => Guarded(() =>
        {
            string file = parsed.GetValue(target)!;
            CheckpointInfo info = CheckpointConverter.Convert(
                new ConversionRequest(parsed.GetValue(source)!, file, _conventions[parsed.GetValue(to)!])
                {
                    Optimizer = parsed.GetValue(optimizer),
                    FromConvention = parsed.GetValue(from) is string name ? _conventions[name] : null,
                    StepCount = Numbers.Whole(parsed, steps, least: 0, ExampleSteps),
                });
            Console.WriteLine(FormattableString.Invariant(
                $"Written to {file}: {info.Tensors.Count:N0} tensors, {info.Bytes:N0} bytes, for {info.Convention}."));
        }));
        return command;
    }

    private static int Guarded(Action run)
    {
        try
        {
            run();
            return ExitCode.Success;
        }
        catch (Exception error) when (error is ConversionException or OptimiException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(error.Message);
            return ExitCode.UnusableInput;
        }
    }
}
