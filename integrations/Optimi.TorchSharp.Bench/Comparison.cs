using System.Diagnostics;
using System.Globalization;

namespace FusedBench;

/// <summary>The same tensors twice: one set is stepped by FusedAdamW, the other by TorchSharp's AdamW.</summary>
internal sealed class Comparison : IDisposable
{
    private const int Rounds = 25;

    private readonly int _tensors;
    private readonly int _numbers;
    private readonly ScalarType _dtype;
    private readonly Parameter[] _ours;
    private readonly Parameter[] _theirs;
    private readonly FusedAdamW _fused;
    private readonly AdamW _torchs;

    public Comparison(int tensors, int numbers, ScalarType dtype)
    {
        (_tensors, _numbers, _dtype) = (tensors, numbers, dtype);
        _ours = NewTensors();
        _theirs = NewTensors();
        _fused = new FusedAdamW(_ours);
        _torchs = optim.AdamW(_theirs);
    }

    /// <summary>The largest difference of weights after a few steps of both.</summary>
    public double CheckedDistance()
    {
        for (int step = 0; step < 3; step++)
        {
            _fused.step();
            _torchs.step();
        }

        using var scope = NewDisposeScope();
        return _ours.Zip(_theirs, (a, b) => (a.detach() - b.detach()).abs().max().item<float>()).Max();
    }

    /// <summary>A row of the table: the fastest of steps that take turns, which other work on the machine disturbs least.</summary>
    public string Measure()
    {
        var ours = new List<double>();
        var theirs = new List<double>();
        long allocated = long.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            ours.Add(Milliseconds(_fused));
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            theirs.Add(Milliseconds(_torchs));
        }

        double fused = ours.Min();
        double torchs = theirs.Min();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {_tensors} | {_numbers:N0} | {_dtype} | {fused:0.0} | {torchs:0} | {torchs / fused:0} | {allocated} |");
    }

    public void Dispose()
    {
        _fused.Dispose();
        _torchs.Dispose();
        foreach (Parameter parameter in _ours.Concat(_theirs))
        {
            parameter.grad?.Dispose();
            parameter.Dispose();
        }
    }

    private Parameter[] NewTensors()
    {
        random.manual_seed(1);
        return
        [
            .. Enumerable.Range(0, _tensors).Select(_ =>
            {
                Parameter parameter = nn.Parameter(randn(_numbers, dtype: _dtype));
                parameter.grad = randn(_numbers, dtype: _dtype);
                return parameter;
            }),
        ];
    }

    private static double Milliseconds(OptimizerHelper optimizer)
    {
        long start = Stopwatch.GetTimestamp();
        optimizer.step();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
