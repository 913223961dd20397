using System.Text.Json;
using Optimi.Bench;

namespace Optimi.Tests;

[NonParallelizable]
internal sealed class BenchCommandTests
{
    /// <summary>As small and as short as can be.</summary>
    private static readonly string[] _tiny = ["--quick", "--parameters", "4096", "--rounds", "1"];

    private string _folder = null!;
    private StringWriter _out = null!;
    private StringWriter _error = null!;
    private (TextWriter Out, TextWriter Error) _console;

    [SetUp]
    public void Redirect()
    {
        _folder = Directory.CreateTempSubdirectory("optimi").FullName;
        _console = (Console.Out, Console.Error);
        Console.SetOut(_out = new StringWriter());
        Console.SetError(_error = new StringWriter());
    }

    [TearDown]
    public void Restore()
    {
        Console.SetOut(_console.Out);
        Console.SetError(_console.Error);
        _out.Dispose();
        _error.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void Every_scenario_is_reported()
    {
        JsonElement[] results = Results("--optimizer", "adamw", "--dtype", "float32,bfloat16", "--kahan", "off");
        string[] members =
        [
            "scenario", "optimizer", "dtype", "kahan", "states", "weightBits", "device", "mparamsPerSecond", "gbPerSecond", "limitRatio", "launches",
            "allocatedBytes", "bytesPerParameter", "spread", "limitToCopyRatio", "baselineRatio", "parameters",
            "memoryPlan",
        ];
        Assert.Multiple(() =>
        {
            Assert.That(
                results.Select(result => $"{result.GetProperty("scenario")} {result.GetProperty("dtype")}"),
                Is.EqualTo(
                    from scenario in (string[])["large", "transformer", "many-small", "many-groups"]
                    from dtype in (string[])["float32", "bfloat16"]
                    select $"{scenario} {dtype}"));
            foreach (JsonElement result in results)
            {
                Assert.That(result.EnumerateObject().Select(member => member.Name), Is.EqualTo(members));
                Assert.That(result.GetProperty("launches").GetInt64(), Is.EqualTo(1));
                Assert.That(result.GetProperty("limitRatio").GetDouble(), Is.GreaterThan(0));
                Assert.That(
                    result.GetProperty("memoryPlan").GetProperty("bytesPerParameter").GetDouble(),
                    Is.EqualTo(result.GetProperty("bytesPerParameter").GetDouble()));
                Assert.That(
                    result.GetProperty("baselineRatio").ValueKind == JsonValueKind.Number,
                    Is.EqualTo(result.GetProperty("scenario").GetString()!.StartsWith("many", StringComparison.Ordinal)));
            }

            Assert.That($"{_out}", Does.Contain("of limit").And.Contains("of one tensor").And.Contains("of one group").And.Contains("plan MiB"));
        });
    }

    [Test]
    public void Every_optimizer_is_checked_and_charted()
    {
        string chart = Path.Combine(_folder, "chart.png");
        JsonElement[] results = Results("--scenario", "large", "--dtype", "bfloat16", "--kahan", "on", "--chart", chart);
        Assert.Multiple(() =>
        {
            Assert.That(
                results.Select(result => result.GetProperty("optimizer").GetString()),
                Is.EqualTo(BenchOptimizer.All.Select(optimizer => optimizer.Name)));
            Assert.That(File.Exists(chart), Is.EqualTo(LossChart.CanDraw));
        });
    }

    [Test]
    public void The_simulation_has_no_limit()
    {
        JsonElement[] results = Results("--scenario", "large", "--optimizer", "lion", "--dtype", "float32", "--device", "cpu-simulated");
        Assert.That(results.Single().GetProperty("limitRatio").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [TestCase("cpu")]
    [TestCase("opencl")]
    public void Ways_of_stepping_are_compared_when_they_are_named(string device)
    {
        if (!ComputeDevice.List().Any(found => found.Name.StartsWith(device, StringComparison.Ordinal) && found.Problem is null))
            Assert.Ignore($"There is no {device} device.");
        string names = string.Join(',', ComparedScenario.All.Select(scenario => scenario.Name));
        JsonElement[] results = Results("--scenario", names, "--device", device);
        string[] members =
        [
            "scenario", "way", "optimizer", "dtype", "kahan", "states", "weightBits", "device", "microseconds", "baselineMicroseconds", "ratio", "spread",
            "calls", "microsecondsPerCall", "microsecondsBeyondWork", "launches", "allocatedBytes", "tensors", "parameters",
        ];
        string[] large = device == "cpu" ? ["adopted-large huge pages", "adopted-large ordinary pages"] : ["adopted-large adopted"];
        string[] ways =
        [
            "one-tensor Step(parameter)", "adopted-small adopted", .. large, "rebound BindGradient", "late-groups AddGroup",
            "release layer by layer", "release tensor by tensor",
        ];
        Assert.Multiple(() =>
        {
            Assert.That(
                results.Where(result => result.GetProperty("dtype").GetString() == "float32").Select(WayOf), Is.EqualTo(ways));
            Assert.That(
                results.Where(result => result.GetProperty("kahan").GetBoolean()).Select(WayOf), Is.EqualTo(ways));
            Assert.That(results, Has.Length.EqualTo(2 * ways.Length));
            foreach (JsonElement result in results)
            {
                Assert.That(result.EnumerateObject().Select(member => member.Name), Is.EqualTo(members));
                Assert.That(result.GetProperty("optimizer").GetString(), Is.EqualTo("adamw"));
                Assert.That(result.GetProperty("ratio").GetDouble(), Is.GreaterThan(0));
                Assert.That(result.GetProperty("launches").GetInt64(), Is.GreaterThanOrEqualTo(result.GetProperty("calls").GetInt64()));
                Assert.That(
                    result.GetProperty("microsecondsBeyondWork").ValueKind == JsonValueKind.Number,
                    Is.EqualTo(result.GetProperty("calls").GetInt32() > 1));
            }

            if (device == "cpu")
            {
                Assert.That(
                    results.Select(result => result.GetProperty("launches").GetInt64()),
                    Is.EqualTo(results.Select(result => result.GetProperty("calls").GetInt64())));
            }

            Assert.That($"{_out}", Does.Contain("beyond work").And.Contain("Step(parameter)").And.Contain("B/step"));
        });

        static string WayOf(JsonElement result) => $"{result.GetProperty("scenario")} {result.GetProperty("way")}";
    }

    [Test]
    public void Comparisons_heed_the_other_options_and_stand_behind_the_results()
    {
        JsonElement[] results = Results("--scenario", "rebound,large", "--optimizer", "lion", "--dtype", "bfloat16", "--kahan", "off");
        Assert.Multiple(() =>
        {
            Assert.That(
                results.Select(result => result.GetProperty("scenario").GetString()), Is.EqualTo((string[])["large", "rebound"]));
            Assert.That(results.Select(result => result.GetProperty("optimizer").GetString()), Is.All.EqualTo("lion"));
            Assert.That(results.Select(result => result.GetProperty("kahan").GetBoolean()), Is.All.False);
        });
    }

    [TestCaseSource(typeof(BenchOptimizer), nameof(BenchOptimizer.All))]
    public void Every_optimizer_is_compared(object row)
    {
        string optimizer = ((BenchOptimizer)row).Name;
        JsonElement[] results = Results("--scenario", "late-groups,release", "--optimizer", optimizer, "--dtype", "bfloat16", "--kahan", "on");
        Assert.That(results.Select(result => result.GetProperty("optimizer").GetString()), Is.EqualTo(Enumerable.Repeat(optimizer, 3)));
    }

    [Test]
    public void Everything_is_listed()
    {
        Assert.That(Run("--list"), Is.EqualTo(ExitCode.Success));
        IEnumerable<string> names =
        [
            .. ComputeDevice.List().Select(device => device.Name),
            .. Scenario.All.Select(scenario => scenario.Name),
            .. ComparedScenario.All.Select(scenario => scenario.Name),
            .. BenchOptimizer.All.Select(optimizer => optimizer.Name),
            "float32", "bfloat16", "float16",
            "parameter", "compressed", "bfloat16, compressed states, 24-bit weights",
            .. SuiteRunner.All.Select(suite => suite.Name),
        ];
        foreach (string name in names)
            Assert.That($"{_out}", Does.Contain(name));
    }

    [TestCase("--device", "gpu", "auto, cuda")]
    [TestCase("--device", ",", "--list")]
    [TestCase("--scenario", "huge", "many-small")]
    [TestCase("--scenario", "large,realese", "release")]
    [TestCase("--optimizer", "adamw,sgdx", "adamw")]
    [TestCase("--dtype", "float64", "bfloat16")]
    [TestCase("--kahan", "maybe", "on or off")]
    [TestCase("--states", "packed", "compressed")]
    [TestCase("--weights", "16,20", "24")]
    [TestCase("--parameters", "7", "4096")]
    [TestCase("--parameters", "many", "whole number")]
    [TestCase("--parameters", "8,000,000", "without separators")]
    [TestCase("--parameters", "", "whole number")]
    [TestCase("--rounds", "0", "1 to")]
    [TestCase("--rounds", "1.5", "such as 15")]
    [TestCase("--rounds", "0x10", "whole number")]
    [TestCase("--chart", "", "name a file")]
    [TestCase("--json", "/no/such/folder/results.json", "/no/such/folder")]
    public void Unusable_values_are_refused_with_a_remedy(string option, string value, string remedy)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Run(option, value), Is.EqualTo(ExitCode.UnusableInput));
            Assert.That($"{_error}", Does.Contain(value.Split(',')[^1]).And.Contain(remedy));
        });
    }

    [TestCase("--dtype", "float32", "--kahan", "on")]
    [TestCase("--dtype", "float32", "--states", "compressed")]
    [TestCase("--kahan", "on", "--weights", "24")]
    public void Storages_that_are_not_measured_are_refused(params string[] arguments)
    {
        Assert.That(Run(arguments), Is.EqualTo(ExitCode.UnusableInput));
        Assert.That($"{_error}", Does.Contain("leave one of them out").And.Contain("compressed states, 24-bit weights"));
    }

    [Test]
    public void Packed_storages_are_measured_of_a_pair_of_moments_and_of_a_single_one()
    {
        JsonElement[] results = Results("--scenario", "large", "--dtype", "bfloat16");
        Assert.Multiple(() =>
        {
            Assert.That(
                results.Where(result => result.GetProperty("weightBits").ValueKind == JsonValueKind.Number).Select(result =>
                    $"{result.GetProperty("optimizer")} {result.GetProperty("states")} {result.GetProperty("weightBits")}"),
                Is.EqualTo((string[])["adamw parameter 32", "adamw compressed 24", "adamw compressed 16", "lion compressed 24"]));
            Assert.That($"{_out}", Does.Contain("bfloat16, compressed states, 24-bit weights"));
        });
    }

    /// <summary>In all scenarios, as the check of packed numbers has a tensor of every length.</summary>
    [TestCase("ranger")]
    [TestCase("adan")]
    [TestCase("stableadamw")]
    public void Packed_storages_of_any_optimizer_are_checked_and_measured(string optimizer)
    {
        string scenarios = string.Join(
            ',', Scenario.All.Select(scenario => scenario.Name).Concat(ComparedScenario.All.Select(scenario => scenario.Name)));
        JsonElement[] results = Results("--optimizer", optimizer, "--weights", "24", "--scenario", scenarios);
        Assert.Multiple(() =>
        {
            Assert.That(
                results.Select(result => result.GetProperty("scenario").GetString()).Distinct(), Is.EqualTo(scenarios.Split(',')));
            Assert.That(results.Select(result => result.GetProperty("states").GetString()), Is.All.EqualTo("compressed"));
        });
    }

    [Test]
    public void Suites_that_do_not_exist_are_a_failure()
    {
        if (!File.Exists(Path.Combine(AppContext.BaseDirectory, "BenchmarkDotNet.dll")))
            Assert.Ignore("These tests were published without BenchmarkDotNet.");
        Assert.That(Run("--bdn", "*NoSuchSuite*"), Is.EqualTo(ExitCode.Failure));
        Assert.That($"{_error}", Does.Contain("ran nothing").And.Contain("--in-process"));
    }

    [TestCase(DType.Float32, StatesMode.Parameter, null, "wrong float32 on cpu gave")]
    [TestCase(DType.BFloat16, StatesMode.Compressed, 24, "wrong bfloat16, compressed states, 24-bit weights on cpu gave")]
    public void What_is_wrong_is_not_timed(DType dtype, object statesMode, int? bits, string message)
    {
        var states = (StatesMode)statesMode;
        var wrong = new BenchOptimizer("wrong", new LionOptions { Lr = 0 }, groups =>
        {
            // Twice the learning rate wherever the results are compared with the simulation's.
            bool isReference = groups[0].Parameters[0].Buffer.Device.Kind == DeviceKind.Simulated;
            groups[0].Lr *= isReference ? 1 : 2;
            return new Lion(groups);
        });
        var plan = new BenchPlan(
            ["cpu"], [new BenchCase(Scenario.All[0], new Variant(wrong, new StorageMode(dtype, Kahan: false, states, bits)))], 4096, 1, TimeSpan.Zero, 0, true);
        string json = Path.Combine(_folder, "results.json");
        int exitCode = BenchCommand.Guarded(() => BenchCommand.Run(plan, json, null, CancellationToken.None));
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(ExitCode.Failure));
            Assert.That($"{_error}", Does.Contain(message).And.Contain("not timed"));
            Assert.That(File.Exists(json), Is.False);
        });
    }

    private static int Run(params string[] arguments) => BenchCommand.Create().Parse(arguments).Invoke();

    private JsonElement[] Results(params string[] arguments)
    {
        string json = Path.Combine(_folder, "results.json");
        Assert.That(Run([.. _tiny, .. arguments, "--json", json]), Is.EqualTo(ExitCode.Success), $"{_error}");
        using JsonDocument results = JsonDocument.Parse(File.ReadAllText(json));
        return [.. results.RootElement.EnumerateArray().Select(result => result.Clone())];
    }
}
