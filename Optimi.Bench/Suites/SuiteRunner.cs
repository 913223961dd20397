using System.ComponentModel;
using System.Reflection;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Optimi.Bench;

/// <summary>Runs the suites of small benchmarks with BenchmarkDotNet.</summary>
internal static class SuiteRunner
{
    /// <summary>On a machine that is never quiet BenchmarkDotNet would go on five times as long for the same answer.</summary>
    private const int MaxIterations = 20;

    /// <summary>The suites.</summary>
    public static IReadOnlyList<Type> All { get; } =
        [typeof(CheckpointSuite), typeof(ConversionSuite), typeof(RuleSuite), typeof(SchedulerSuite), typeof(SizeSuite)];

    /// <summary>What a suite measures.</summary>
    public static string Description(Type suite) => suite.GetCustomAttribute<DescriptionAttribute>()!.Description;

    /// <summary>Runs the benchmarks whose names match.</summary>
    /// <param name="filter">A pattern with asterisks, such as <c>*SizeSuite*</c>.</param>
    /// <param name="inProcess">Whether to run them in this process, as a machine without an SDK must. Without the sources, from which
    /// BenchmarkDotNet builds programs, they are anyway.</param>
    /// <exception cref="BenchmarksNotRunException">None was run.</exception>
    public static void Run(string filter, bool inProcess)
    {
        Job job = Job.Default.WithMaxIterationCount(MaxIterations);
        if (inProcess || Repository.Around(AppContext.BaseDirectory) is null)
            job = job.WithToolchain(InProcessEmitToolchain.Instance);
        IConfig config = DefaultConfig.Instance.AddJob(job).AddDiagnoser(MemoryDiagnoser.Default);
        IEnumerable<Summary> summaries = BenchmarkSwitcher.FromTypes([.. All]).Run(["--filter", filter], config);
        // Without an SDK BenchmarkDotNet runs nothing and does not fail.
        if (!summaries.SelectMany(summary => summary.Reports).Any(report => report.Success))
        {
            throw new BenchmarksNotRunException(
                $"BenchmarkDotNet ran nothing of '{filter}'. --list names the suites; where there is no .NET SDK, add --in-process.");
        }
    }
}
