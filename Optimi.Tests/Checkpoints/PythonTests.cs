using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Optimi.Tests;

/// <summary>The Python module of the page on checkpoints, run where Python and PyTorch are.</summary>
/// <remarks>The interpreter is <c>python3</c>, or what <c>OPTIMI_PYTHON</c> says: a command that may have arguments.</remarks>
internal sealed partial class PythonTests
{
    private const string Train = """
        import json, sys, torch, optimi_torch
        model = torch.nn.Linear(3, 2)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_(torch.arange(parameter.numel()).reshape(parameter.shape) / 7)
        optimizer = {
            "adamw": lambda: torch.optim.AdamW(model.parameters(), lr=0.1, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.2),
            "sgd": lambda: torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, dampening=0.9),
        }[sys.argv[1]]()
        def step(number):
            for parameter in model.parameters():
                parameter.grad = (torch.arange(parameter.numel()).reshape(parameter.shape) - number) / 5
            optimizer.step()
        """;

    private const string OptimiTorchSave = """optimi_torch.save("run.safetensors", model, optimizer)""";

    private const string TorchSave =
        """torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, "run.safetensors")""";

    private DirectoryInfo _folder = null!;
    private ComputeDevice _device = null!;
    private ParameterBuffer _parameters = null!;

    private string Target => Path.Combine(_folder.FullName, "run.safetensors");

    [SetUp]
    public void Open()
    {
        _device = ComputeDevice.Open("cpu");
        _parameters = new ParameterBuffer(_device);
        _parameters.Add("weight", DType.Float32, 2, 3);
        _parameters.Add("bias", DType.Float32, 2);
        foreach (Parameter parameter in _parameters)
            parameter.Value.CopyFrom([.. Enumerable.Range(0, (int)parameter.Length).Select(i => i / 7f)]);
        _folder = Directory.CreateTempSubdirectory("optimi");
        File.WriteAllText(
            Path.Combine(_folder.FullName, "optimi_torch.py"),
            PythonBlock().Match(ReadmeTests.Resource("checkpoints.md")).Groups[1].Value);
        (int exitCode, _, string error) = Run("import torch.distributed.checkpoint.state_dict");
        if (exitCode != 0)
            Assert.Ignore($"There is no Python with PyTorch 2.6 or later: {error.Trim().Split('\n')[^1]}");
    }

    [TearDown]
    public void Close()
    {
        _parameters.Dispose();
        _device.Dispose();
        _folder.Delete(recursive: true);
    }

    [TestCase("adamw", StateConvention.Optimi)]
    [TestCase("adamw", StateConvention.PyTorch)]
    [TestCase("sgd", StateConvention.Optimi)]
    [TestCase("sgd", StateConvention.PyTorch)]
    public void A_training_goes_on_in_PyTorch(string kind, StateConvention convention)
    {
        using Optimizer optimizer = Optimizer(kind, lr: 0.1);
        for (int step = 0; step < 3; step++)
            Step(optimizer, step);
        Checkpoint.Save(Target, new TrainingState(optimizer), new() { Convention = convention });
        Step(optimizer, 3);
        float[] there = Python(
            kind,
            """
            optimi_torch.load("run.safetensors", model, optimizer)
            step(3)
            """);
        Assert.That(there, Is.EqualTo(Values()).Within(2e-6));
    }

    [TestCase("adamw", OptimiTorchSave)]
    [TestCase("sgd", OptimiTorchSave)]
    [TestCase("adamw", TorchSave)]
    [TestCase("sgd", TorchSave)]
    public void A_training_of_PyTorch_goes_on_here(string kind, string save)
    {
        float[] there = Python(
            kind,
            $"""
            for number in range(3):
                step(number)
            {save}
            step(3)
            """);
        // The rates and the other options come from the file.
        using Optimizer optimizer = Optimizer(kind, lr: 7);
        Checkpoint.Load(
            Target,
            new TrainingState(optimizer),
            new() { Convention = StateConvention.PyTorch, StepCount = kind == "sgd" ? 3 : null });
        Step(optimizer, 3);
        Assert.That(Values(), Is.EqualTo(there).Within(2e-6));
    }

    private Optimizer Optimizer(string kind, double lr) => kind == "sgd"
        ? new SGD(_parameters, new SGDOptions { Lr = lr, Momentum = 0.9, Dampening = true, TorchInit = true })
        : new AdamW(_parameters, new AdamWOptions { Lr = lr, Beta1 = 0.8, Beta2 = 0.95, WeightDecay = 0.2 });

    private void Step(Optimizer optimizer, int number)
    {
        foreach (Parameter parameter in _parameters)
            parameter.Gradient.CopyFrom([.. Enumerable.Range(0, (int)parameter.Length).Select(i => (i - number) / 5f)]);
        optimizer.Step();
    }

    private float[] Values() => [.. _parameters.SelectMany(parameter => TestTraining.Numbers(parameter.Value))];

    /// <summary>Runs a training in Python.</summary>
    /// <returns>The values of all parameters at its end.</returns>
    private float[] Python(string kind, string script)
    {
        (int exitCode, string output, string error) = Run(
            $"{Train}\n{script}\nprint(json.dumps([number for parameter in model.parameters() for number in parameter.reshape(-1).tolist()]))",
            kind);
        Assert.That(exitCode, Is.Zero, error);
        return JsonSerializer.Deserialize<float[]>(output.Trim().Split('\n')[^1])!;
    }

    private (int ExitCode, string Output, string Error) Run(string script, params string[] arguments)
    {
        string[] command = (Environment.GetEnvironmentVariable("OPTIMI_PYTHON") ?? "python3").Split(' ');
        string enter = string.Create(
            CultureInfo.InvariantCulture, $"import os, sys; os.chdir('{_folder.FullName}'); sys.path.insert(0, '.')\n");
        var start = new ProcessStartInfo(command[0], [.. command[1..], "-c", enter + script, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.Result);
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return (1, "", missing.Message);
        }
    }

    [GeneratedRegex("```python\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex PythonBlock();
}
