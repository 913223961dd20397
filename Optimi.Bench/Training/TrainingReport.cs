using System.Globalization;
using System.Text;
using Spectre.Console;

namespace Optimi.Bench;

/// <summary>The table, the chart and the files of trainings.</summary>
internal sealed class TrainingReport(string folder, bool noPlot)
{
    private const double Mebibyte = 1 << 20;

    /// <summary>Digits of a hash by which two are told apart at a glance.</summary>
    private const int HashShown = 8;

    /// <summary>Writes what there is, be it less than was planned.</summary>
    public void Write(IReadOnlyList<TrainingResult> results)
    {
        if (results.Count == 0)
        {
            Console.Error.WriteLine("Nothing was trained, so nothing is written.");
            return;
        }

        File.WriteAllText(Path.Combine(folder, "summary.json"), Json.Write(new { Runs = results }));
        File.WriteAllText(Path.Combine(folder, "loss.csv"), Csv(results));
        Terminal.Create().Write(TableOf(results));
        // One of an earlier training must not pass for this one's.
        string chart = Path.Combine(folder, "loss.png");
        File.Delete(chart);
        if (!noPlot && LossChart.CanDraw)
            LossChart.Save(chart, results);
        else if (!noPlot)
            Console.Error.WriteLine("No chart: the system has no font (on Debian, install fonts-dejavu-core).");
        Console.WriteLine($"Written to {folder}.");
    }

    private static Table TableOf(IReadOnlyList<TrainingResult> results)
    {
        Table table = new Table().AddColumns(
            "run", "final loss", "vs float32", "parameters", "weights + gradients + states", "peak gradients",
            "bytes per parameter", "weights SHA-256", "optimizer ms/step", "share of step");
        bool areAveraged = results.Any(result => result.AveragedLoss is not null);
        if (areAveraged)
            table.AddColumn("averaged loss");
        bool areScaled = results.Any(result => result.LossScale is not null);
        if (areScaled)
            table.AddColumn("loss scale");
        bool maySkip = results.Any(result => result.MaySkip);
        if (maySkip)
            table.AddColumn("skipped steps");
        TrainingResult? reference = results.FirstOrDefault(result => result.Dtype == DType.Float32);
        foreach (TrainingResult result in results)
        {
            string[] averaged = areAveraged ? [Number(result.AveragedLoss ?? double.NaN, "0.0000")] : [];
            string[] scale = areScaled ? [result.LossScale is double number ? Number(number, "G9") : "-"] : [];
            string[] skipped = maySkip ? [result.MaySkip ? Number(result.SkippedSteps, "#,0") : "-"] : [];
            table.AddRow(
            [
                result.Name,
                Number(result.FinalLoss, "0.0000"),
                result.Steps == reference?.Steps ? Number((result.FinalLoss / reference.FinalLoss) - 1, "+0.00 %;-0.00 %") : "-",
                Number(result.Parameters, "#,0"),
                $"{Number((result.WeightBytes + result.GradientBytes + result.StateBytes) / Mebibyte, "0.00")} MiB",
                $"{Number(result.PeakGradientBytes / Mebibyte, "0.00")} MiB",
                Number(result.MemoryPlan.BytesPerParameter, "0.00"),
                result.WeightsSha256[..HashShown],
                Number(result.OptimizerMsPerStep, "0.000"),
                Number(result.OptimizerShare, "0.0 %"),
                .. averaged,
                .. scale,
                .. skipped,
            ]);
        }

        return table;
    }

    private static string Csv(IReadOnlyList<TrainingResult> results)
    {
        var text = new StringBuilder().Append("step,").AppendJoin(',', results.Select(result => result.Name)).Append('\n');
        for (int step = 0; step < results.Max(result => result.Steps); step++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{step + 1},")
                .AppendJoin(',', results.Select(result =>
                    step < result.Steps ? result.Losses[step].ToString("R", CultureInfo.InvariantCulture) : ""))
                .Append('\n');
        }

        return text.ToString();
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
