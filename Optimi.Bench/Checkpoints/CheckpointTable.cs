using System.Globalization;
using Spectre.Console;

namespace Optimi.Bench;

/// <summary>Shows what a checkpoint holds: some lines, and a table of its tensors.</summary>
internal static class CheckpointTable
{
    /// <summary>As much of a text as is shown.</summary>
    private const int MostCharacters = 80;

    public static void Write(CheckpointDescription file)
    {
        foreach ((string name, string value) in Lines(file))
            Console.WriteLine($"{name + ":",-15} {value}");
        Table table = new Table().AddColumns("name", "type", "shape", "bytes");
        foreach (CheckpointTensor tensor in file.Tensors)
        {
            table.AddRow(
                Markup.Escape(tensor.Name),
                Markup.Escape(tensor.Type),
                Markup.Escape($"[{string.Join(", ", tensor.Shape)}]"),
                Count(tensor.Bytes));
        }

        Terminal.Create().Write(table);
    }

    private static IEnumerable<(string Name, string Value)> Lines(CheckpointDescription file)
    {
        yield return ("file", $"{file.Path}, {Count(file.Bytes)} bytes");
        yield return ("written by", file.Writer);
        yield return ("checksum", (file.HasChecksum, file.IsVerified) switch
        {
            (false, _) => "none",
            (true, false) => "yes (--verify checks it)",
            (true, true) => "yes, and it is right",
        });
        yield return ("convention", file.Convention?.ToString() ?? "not said");
        yield return ("parameters", $"{Count(file.Parameters)} of {Count(file.Numbers)} numbers");
        yield return ("states", Count(file.States));
        yield return ("optimizers", Names(file.Optimizers));
        foreach (CheckpointGroup group in file.Groups)
        {
            yield return ("group", $"{Count(group.Parameters.Count)} parameters of {file.Optimizers[group.Optimizer]}, lr {Numbers.Text(group.Lr)}"
                + string.Concat(group.Options.Select(option => $", {option.Key} {string.Join('/', option.Value.Select(Numbers.Text))}"))
                + Storage(group));
        }

        yield return ("steps", file switch
        {
            { FewestSteps: long fewest, MostSteps: long most } => fewest == most ? Count(most) : $"{Count(fewest)}..{Count(most)}",
            _ => "not said",
        });
        yield return ("schedules", Names(file.Schedules));
        yield return ("loss scale", file.LossScale is double scale ? Numbers.Text(scale) : "none");
        foreach ((string key, string text) in file.Metadata)
            yield return ("metadata", $"{Short(key)} = {Short(text)}");
    }

    /// <summary>How states and weights were stored, unless by default.</summary>
    private static string Storage(CheckpointGroup group) =>
        (group.CompressedStates ? ", states compressed" : group.StateDType is DType states ? $", states {states}" : "")
        + (group.MasterWeightBits is int bits ? $", weights of {Count(bits)} bits" : "");

    private static string Names(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);

    private static string Short(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= MostCharacters ? line : $"{line[..MostCharacters]}... ({Count(text.Length)} characters)";
    }

    private static string Count(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}
