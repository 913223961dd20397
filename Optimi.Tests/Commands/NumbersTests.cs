using System.CommandLine;
using System.Globalization;
using Optimi.Bench;

namespace Optimi.Tests;

/// <summary>Numbers are read and written the same way where decimals have a point and where they have a comma.</summary>
[TestFixture(".", ",")]
[TestFixture(",", ".")]
[NonParallelizable]
internal sealed class NumbersTests(string decimals, string thousands)
{
    private const string NoText = "/no/such/path";

    private CultureInfo _usual = null!;
    private CapturedConsole _console = null!;

    [SetUp]
    public void SetCulture()
    {
        _console = new CapturedConsole();
        _usual = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = TestCulture.Of(decimals, thousands);
    }

    [TearDown]
    public void RestoreCulture()
    {
        CultureInfo.CurrentCulture = _usual;
        _console.Dispose();
    }

    [TestCase("0.001", 0.001)]
    [TestCase("1e-3", 0.001)]
    [TestCase("+2.5E1", 25)]
    [TestCase(".5", 0.5)]
    [TestCase("5e-324", double.Epsilon)]
    public void A_number_has_a_point_for_decimals(string text, double expected)
    {
        var option = new Option<string?>("--lr");
        Assert.That(Numbers.Positive(new RootCommand { option }.Parse(["--lr", text]), option, example: 1), Is.EqualTo(expected));
    }

    [TestCase("0,001")]
    [TestCase("1,000.5")]
    [TestCase("1.000,5")]
    [TestCase("NaN")]
    [TestCase("Infinity")]
    [TestCase("-Infinity")]
    [TestCase("1e999")]
    [TestCase("")]
    [TestCase(" ")]
    [TestCase("0x10")]
    [TestCase("0.001f")]
    [TestCase("0.001 0.002")]
    [TestCase("0")]
    [TestCase("-0.001")]
    public void No_other_learning_rate_is_taken(string text) => IsRefused("--lr", text, "a finite number above 0", "such as 0.001.");

    [TestCase("1,5")]
    [TestCase("1.5")]
    [TestCase("1,000")]
    [TestCase("1.000")]
    [TestCase("1 000")]
    [TestCase("1e3")]
    [TestCase("NaN")]
    [TestCase("Infinity")]
    [TestCase("")]
    [TestCase(" 1")]
    [TestCase("0x10")]
    [TestCase("100steps")]
    [TestCase("2147483648")]
    [TestCase("-1")]
    [TestCase("0")]
    public void No_other_count_of_steps_is_taken(string text) =>
        IsRefused("--steps", text, "a whole number from 1 to 2147483647", "such as 4000.");

    [TestCase("1,0")]
    [TestCase("1.0")]
    [TestCase("--1")]
    [TestCase("")]
    [TestCase("0x1")]
    [TestCase("-2147483649")]
    public void No_other_seed_is_taken(string text) =>
        IsRefused("--seed", text, "a whole number from -2147483648 to 2147483647", "such as 1.");

    [TestCase("-5", -5)]
    [TestCase("-2147483648", int.MinValue)]
    [TestCase("2147483647", int.MaxValue)]
    public void A_number_may_be_negative_where_the_least_is(string text, int expected)
    {
        var option = new Option<string?>("--seed");
        ParseResult parsed = new RootCommand { option }.Parse(["--seed", text]);
        Assert.That(Numbers.Whole(parsed, option, int.MinValue, example: 1), Is.EqualTo(expected));
    }

    [Test]
    public void Numbers_that_can_be_used_are_not_what_is_refused()
    {
        string[] arguments = ["--lr", "0.001", "--steps", "1000", "--seed", "-5", "--text", NoText];
        Assert.Multiple(() =>
        {
            Assert.That(TrainCommand.Create().Parse(arguments).Invoke(), Is.EqualTo(ExitCode.UnusableInput));
            Assert.That(_console.Error, Does.Contain(NoText));
        });
    }

    [Test]
    public void Sizes_of_devices_have_a_point_for_decimals()
    {
        Assert.That(DevicesCommand.Create().Parse([]).Invoke(), Is.EqualTo(ExitCode.Success));
        Assert.That(_console.Out, Does.Match(@"\d\.\d GiB").And.Not.Match(@"\d,\d GiB"));
    }

    [Test]
    public void Measurements_have_a_point_for_decimals()
    {
        string[] arguments =
        [
            "--quick", "--parameters", "4096", "--rounds", "1", "--scenario", "large", "--optimizer", "lion", "--dtype", "float32",
            "--device", "cpu-simulated",
        ];
        Assert.That(BenchCommand.Create().Parse(arguments).Invoke(), Is.EqualTo(ExitCode.Success), _console.Error);
        Assert.That(_console.Out, Does.Contain(": 4,096 parameters").And.Match(@"│ +\d+\.\d │").And.Not.Match(@"│ +\d+,\d │"));
    }

    private void IsRefused(string option, string text, params string[] remedies)
    {
        // If the number were taken, the text would be refused, and no training would begin.
        int exitCode = TrainCommand.Create().Parse([option, text, "--text", NoText]).Invoke();
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(ExitCode.UnusableInput));
            Assert.That(_console.Error, Does.StartWith($"{option} is '{text}', but it must be "));
            foreach (string remedy in remedies)
                Assert.That(_console.Error, Does.Contain(remedy));
        });
    }
}
