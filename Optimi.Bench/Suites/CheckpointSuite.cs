using System.ComponentModel;
using BenchmarkDotNet.Attributes;

namespace Optimi.Bench;

/// <summary>Saving and loading a checkpoint, beside a plain loop that copies a file of its size.</summary>
[Description("saving and loading a checkpoint of AdamW, beside copying a file of its size")]
public class CheckpointSuite : IDisposable
{
    private const int BufferBytes = 1 << 20;

    private const int Tensors = 64;

    private const int TensorLength = 1 << 20;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private DirectoryInfo? _folder;
    private ComputeDevice? _device;
    private ParameterBuffer? _parameters;
    private Optimizer? _optimizer;

    private string Target => Path.Combine(_folder!.FullName, "run.safetensors");

    private string Copied => Path.Combine(_folder!.FullName, "copy");

    private TrainingState Training => new(_optimizer!);

    [GlobalSetup]
    public void Setup()
    {
        _folder = Directory.CreateTempSubdirectory("optimi");
        _device = ComputeDevice.Open("cpu");
        _parameters = new ParameterBuffer(_device);
        for (int i = 0; i < Tensors; i++)
            _parameters.Add($"layer.{i}", DType.Float32, TensorLength).Gradient.Fill(1);
        _optimizer = new AdamW(_parameters, lr: 1e-3);
        _optimizer.Step();
        Checkpoint.Save(Target, Training);
    }

    [Benchmark(Baseline = true)]
    public void CopyLoop()
    {
        using var source = new FileStream(Target, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        using var target = new FileStream(Copied, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (int read; (read = source.Read(_buffer)) > 0;)
            target.Write(_buffer.AsSpan(0, read));
        target.Flush(flushToDisk: true);
    }

    [Benchmark]
    public void Save() => Checkpoint.Save(Target, Training);

    /// <summary>The first of the two passes of loading.</summary>
    [Benchmark]
    public void Verify() => Checkpoint.Verify(Target);

    /// <summary>Both passes of loading.</summary>
    [Benchmark]
    public void Load() => Checkpoint.Load(Target, Training);

    [GlobalCleanup]
    public void Dispose()
    {
        _optimizer?.Dispose();
        _parameters?.Dispose();
        _device?.Dispose();
        _folder?.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }
}
