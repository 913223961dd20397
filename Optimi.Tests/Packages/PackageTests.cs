using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Optimi.Bench;

namespace Optimi.Tests;

/// <summary>Packages, as their users get them.</summary>
[Explicit("Packing takes minutes.")]
[Category("Long")]
[NonParallelizable]
internal sealed partial class PackageTests
{
    /// <summary>One that no cache has.</summary>
    private static readonly string _version = $"0.1.0-test.{Guid.NewGuid():N}";

    private SourceCopy _copy = null!;

    [OneTimeSetUp]
    public void Pack()
    {
        if (Repository.Around(AppContext.BaseDirectory) is not string repository)
        {
            Assert.Ignore("The sources are not here to make packages of.");
            return;
        }

        _copy = new SourceCopy(repository);
        PackInto(_copy.Packages);
    }

    [OneTimeTearDown]
    public void RemoveCopy() => _copy?.Dispose();

    [TestCase("Optimi", "lib/net10.0/Optimi.Core.dll")]
    [TestCase("Optimi.Kernels", "lib/net10.0/Optimi.Kernels.dll")]
    [TestCase("Optimi.TorchSharp", "lib/net10.0/Optimi.TorchSharp.dll")]
    public void A_library_has_what_its_users_look_for(string id, string library)
    {
        (string[] files, string manifest) = Open(id);
        Assert.Multiple(() =>
        {
            Assert.That(files, Does.Contain(library).And.Contain(Path.ChangeExtension(library, "xml")));
            Assert.That(files, Does.Contain("README.md").And.Contain("icon.png"));
            foreach (string element in (string[])
                ["<license type=\"expression\">MIT<", "<icon>icon.png<", "<readme>README.md<", "<tags>", "<description>"])
            {
                Assert.That(manifest, Does.Contain(element));
            }

            using ZipArchive symbols = ZipFile.OpenRead(Path.Combine(_copy.Packages, $"{id}.{_version}.snupkg"));
            Assert.That(symbols.Entries.Select(entry => entry.FullName), Does.Contain(Path.ChangeExtension(library, "pdb")));
        });
    }

    /// <summary>The libraries know each other's insides, so each needs the very version of the other.</summary>
    [TestCase("Optimi.Kernels", "ILGPU")]
    [TestCase("Optimi", "Optimi.Kernels", "System.IO.Hashing", "System.Numerics.Tensors")]
    [TestCase("Optimi.TorchSharp", "Optimi", "TorchSharp")]
    public void A_library_needs_nothing_but_what_it_uses(string id, params string[] others)
    {
        string manifest = Open(id).Manifest;
        MatchCollection dependencies = Dependency().Matches(manifest);
        Assert.That(dependencies.Select(match => match.Groups[1].Value), Is.EquivalentTo(others));
        foreach (Match dependency in dependencies.Where(match => match.Groups[1].Value.StartsWith("Optimi", StringComparison.Ordinal)))
            Assert.That(dependency.Groups[2].Value, Is.EqualTo($"[{_version}]"));
    }

    [Test]
    public void What_the_trimmer_must_keep_comes_with_the_library() =>
        Assert.That(Open("Optimi").Files, Does.Contain("buildTransitive/Optimi.targets"));

    [Test]
    public void A_new_project_trains_with_the_lines_of_the_readme()
    {
        string folder = _copy.NewFolder("console");
        _copy.Run(folder, "dotnet", "new", "console");
        _copy.Run(folder, "dotnet", "add", "package", "Optimi", "--version", _version);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), Program);
        Assert.That(_copy.Run(folder, "dotnet", "run", "-c", "Release"), Does.Contain("moved from 0 to -"));
    }

    [Test]
    public void So_does_a_program_of_one_file()
    {
        string folder = _copy.NewFolder("file");
        File.WriteAllText(Path.Combine(folder, "hello.cs"), $"#:package Optimi@{_version}\n{Program}");
        Assert.That(_copy.Run(folder, "dotnet", "run", "hello.cs"), Does.Contain("moved from 0 to -"));
    }

    [Test]
    public void A_trimmed_program_keeps_what_devices_need()
    {
        string folder = _copy.NewFolder("trimmed");
        _copy.Run(folder, "dotnet", "new", "console");
        _copy.Run(folder, "dotnet", "add", "package", "Optimi", "--version", _version);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), Program.Replace("\"auto\"", "\"cpu-simulated\"", StringComparison.Ordinal));
        _copy.Run(folder, "dotnet", "publish", "-c", "Release", "-p:PublishTrimmed=true", "--ucr", "-o", "out");
        Assert.That(_copy.Run(folder, Path.Combine(folder, "out", "trimmed")), Does.Contain("moved from 0 to -"));
    }

    [Test]
    public void The_tool_lists_devices_measures_and_trains_outside_of_the_repository()
    {
        string folder = _copy.NewFolder("tool");
        _copy.Run(folder, "dotnet", "tool", "install", "Optimi.Tool", "--version", _version, "--tool-path", "tools");
        string optimi = Path.Combine(folder, "tools", OperatingSystem.IsWindows() ? "optimi.exe" : "optimi");
        Assert.That(_copy.Run(folder, optimi, "devices"), Does.Contain("cpu-simulated"));
        Assert.That(_copy.Run(folder, optimi, "train", "--steps", "20", "--dtype", "float32"), Does.Contain("Written to"));
        Assert.That(File.Exists(Path.Combine(folder, "artifacts", "train", "loss.png")));
        Assert.That(_copy.Run(folder, optimi, "bench", "--bdn", "*ConversionSuite.WidenFloat16*"), Does.Contain("InProcess"));
    }

    [Test]
    public void Packing_again_gives_the_same_bytes()
    {
        Dictionary<string, string> before = Hashes(_copy.Packages);
        foreach (string folder in Directory.EnumerateDirectories(_copy.Sources, "*", SearchOption.AllDirectories)
            .Where(folder => Path.GetFileName(folder) is "bin" or "obj").ToArray())
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }

        string again = _copy.NewFolder("again");
        PackInto(again);
        Assert.That(Hashes(again), Is.EquivalentTo(before));
    }

    [Test]
    public void A_change_of_the_public_api_fails_the_build_until_its_file_is_changed()
    {
        string project = Path.Combine(_copy.Sources, "Optimi.Kernels");
        string code = Path.Combine(project, "Added.cs");
        string list = Path.Combine(project, "PublicAPI.Unshipped.txt");
        string before = File.ReadAllText(list);
        try
        {
            File.WriteAllText(code, """
                namespace Optimi.Kernels;

                /// <summary>Something new.</summary>
                public static class Added;

                """);
            Assert.That(_copy.RunToFailure(project, "dotnet", "build", "-c", "Release"), Does.Contain("error RS0016").And.Contain("Added"));
            File.WriteAllText(list, $"{before.TrimEnd()}\nOptimi.Kernels.Added\n");
            _copy.Run(project, "dotnet", "build", "-c", "Release");
        }
        finally
        {
            File.Delete(code);
            File.WriteAllText(list, before);
        }
    }

    /// <summary>The lines of the package's readme, with a gradient, and a look at what they have done.</summary>
    private static string Program => $$"""
        using Optimi;

        var gradient = new float[256 * 128];
        Array.Fill(gradient, 1);
        {{FirstBlock().Match(ReadmeTests.Resource("Optimi.md")).Groups[1].Value}}
        var values = new float[gradient.Length];
        weight.Value.CopyTo(values);
        Console.WriteLine(FormattableString.Invariant($"moved from 0 to {values[0]}"));
        """;

    private void PackInto(string folder) => _copy.Run(
        _copy.Sources, "dotnet", "pack", "-c", "Release", "-o", folder, $"-p:Version={_version}",
        $"-p:ToolRuntimes={RuntimeInformation.RuntimeIdentifier}");

    private (string[] Files, string Manifest) Open(string id)
    {
        using ZipArchive package = ZipFile.OpenRead(Path.Combine(_copy.Packages, $"{id}.{_version}.nupkg"));
        using var manifest = new StreamReader(package.GetEntry($"{id}.nuspec")!.Open());
        return ([.. package.Entries.Select(entry => entry.FullName)], manifest.ReadToEnd());
    }

    private static Dictionary<string, string> Hashes(string folder) => Directory.EnumerateFiles(folder)
        .ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))));

    [GeneratedRegex("<dependency id=\"(.*?)\" version=\"(.*?)\"")]
    private static partial Regex Dependency();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex FirstBlock();
}
