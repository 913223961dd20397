using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Optimi.Tests;

/// <summary>Programs of other kinds than the tests are: from one file, and trimmed.</summary>
internal sealed partial class ProgramTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("optimi").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    [Explicit("It takes half a minute.")]
    [Category("Long")]
    public void The_readme_runs_as_a_file_based_program()
    {
        string output = RunFile($$"""
            float[] gradient = new float[256 * 128];
            Warnings.Raised += (_, warning) => Console.WriteLine($"warning: {warning.Message}");
            {{QuickStart}}
            Console.WriteLine($"{device.Name} {optimizer.StepCount(weight)}");
            foreach (string name in (string[])["opencl", "cuda:0", "cpu-simulated"])
            {
                try
                {
                    using var other = ComputeDevice.Open(name);
                    using var its = new ParameterBuffer(other);
                    Parameter parameter = its.Add("p", DType.Float32, 3);
                    parameter.Gradient.Fill(1);
                    using var stable = new StableAdamW(its, lr: 1);
                    stable.Step();
                    Console.WriteLine($"{name}: stepped {stable.StepCount(parameter)}");
                    parameter.Value.AsArrayView<float>();
                }
                catch (DeviceException error) { Console.WriteLine($"{name}: {error.Message}"); }
            }
            """);
        Assert.Multiple(() =>
        {
            Assert.That(output, Does.Contain("cpu 1"));
            Assert.That(Regex.Count(output, "warning: .*#:property PublishAot=false"), Is.EqualTo(1));
            foreach (string name in (string[])["opencl", "cuda:0", "cpu-simulated"])
                Assert.That(output, Does.Match($"{name}: .*#:property PublishAot=false"));
            Assert.That(output, Does.Contain("cpu-simulated: stepped 1"));
        });
    }

    [Test]
    [Explicit("It takes half a minute, and a runtime to publish with.")]
    [Category("Long")]
    public void A_trimmed_program_steps_on_the_host()
    {
        File.WriteAllText(Path.Combine(_folder, "trimmed.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <PublishTrimmed>true</PublishTrimmed>
                <UseCurrentRuntimeIdentifier>true</UseCurrentRuntimeIdentifier>
              </PropertyGroup>
              <ItemGroup><ProjectReference Include="{CoreProject}" /></ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(_folder, "Program.cs"), """
            using Optimi;
            using var device = ComputeDevice.Open("cpu");
            using var parameters = new ParameterBuffer(device);
            foreach (DType dtype in Enum.GetValues<DType>())
                parameters.Add($"{dtype}", dtype, 300).Gradient.Fill(1);
            Optimizer[] optimizers = [new SGD(parameters, lr: 1), new StableAdamW(parameters, lr: 1), new Ranger(parameters, lr: 1)];
            foreach (Optimizer optimizer in optimizers)
                optimizer.Step();
            float[] weight = [1], gradient = [1], expAvg = [0], expAvgSq = [0];
            Functional.Step(new AdamWOptions { Lr = 1e-3 }, 1, weight, gradient, expAvg, expAvgSq);
            Console.WriteLine($"stepped {optimizers.Length}");
            """);
        Run("dotnet", "publish", "-c", "Release", "-o", "out");
        Assert.That(Run(Path.Combine(_folder, "out", "trimmed")), Does.Contain("stepped 3"));
    }

    /// <summary>The README's first block.</summary>
    private static string QuickStart => FirstBlock().Match(ReadmeTests.Resource("README.md")).Groups[1].Value;

    /// <summary>The library's project; the tests may have been carried to a machine without it.</summary>
    private static string CoreProject
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                string project = Path.Combine(folder.FullName, "Optimi.Core", "Optimi.Core.csproj");
                if (File.Exists(project))
                    return project;
            }

            Assert.Ignore("The library's source is not here to build a program with.");
            return "";
        }
    }

    private string RunFile(string code)
    {
        string file = Path.Combine(_folder, "program.cs");
        File.WriteAllText(file, $"#:project {CoreProject}\nusing Optimi;\n{code}");
        return Run("dotnet", "run", "-c", "Release", file);
    }

    private string Run(string program, params string[] arguments) =>
        TestProcess.Run(new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder });

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex FirstBlock();
}
