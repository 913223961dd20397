using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Optimi.Bench;

/// <summary>Measures a step over one large tensor, in rounds interleaved with the streaming limit.</summary>
internal static class StepBenchmark
{
    private const int WarmUps = 3;

    public static BenchResult Run(BenchCase variant, ComputeDevice device, int count, int rounds)
    {
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("weight", variant.DType, count);
        Start(parameter);
        using Optimizer optimizer = variant.Create(parameters, variant.Kahan);
        Check(variant, optimizer, parameter);
        for (int i = 0; i < WarmUps; i++)
            optimizer.Step();
        device.Synchronize();

        // The simulation is for debugging; nobody asks how far it is from the memory's limit.
        StreamingLimit? limit = device.Kind == DeviceKind.Host ? LimitOver(optimizer, parameter) : null;
        var seconds = new List<double>();
        var limitRatios = new List<double>();
        var copyRatios = new List<double>();
        double allocated = 0;
        long launches = device.Launches;
        for (int round = 0; round < rounds; round++)
        {
            long before = GC.GetTotalAllocatedBytes(true);
            var watch = Stopwatch.StartNew();
            optimizer.Step();
            device.Synchronize();
            double taken = watch.Elapsed.TotalSeconds;
            allocated += GC.GetTotalAllocatedBytes(true) - before;
            seconds.Add(taken);
            if (limit is null)
                continue;
            double limitRate = limit.Measure();
            limitRatios.Add((double)count * variant.BytesPerParameter / taken / limitRate);
            copyRatios.Add(limitRate / limit.MeasureCopy());
        }

        double median = Median(seconds);
        return new BenchResult(
            "large",
            variant.Optimizer,
            variant.DType,
            variant.Kahan,
            device.Name,
            count / median / 1e6,
            (double)count * variant.BytesPerParameter / median / 1e9,
            limit is null ? null : Median(limitRatios),
            limit is null ? null : Median(copyRatios),
            (double)(device.Launches - launches) / rounds,
            allocated / rounds,
            (double)(parameters.ValueBytes + parameters.GradientBytes + optimizer.StateBytes) / count);
    }

    /// <summary>The limit over the optimizer's own slabs.</summary>
    private static StreamingLimit LimitOver(Optimizer optimizer, Parameter parameter)
    {
        IEnumerable<TensorStorage> written =
            [parameter.Value, .. optimizer.StateNames(parameter).Select(name => optimizer.State(parameter, name))];
        return new StreamingLimit(
            parameter.Length * (parameter.DType == DType.Float32 ? sizeof(float) : sizeof(ushort)),
            [AddressOf(parameter.Gradient), .. written.Select(AddressOf)]);
    }

    private static unsafe nint AddressOf(TensorStorage storage) => storage.DType == DType.Float32
        ? (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(storage.AsSpan<float>()))
        : (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(storage.AsSpan<Kernels.BFloat16>()));

    /// <summary>All numbers start alike, so the first step must bring each to where ILGPU's simulation brings one.</summary>
    private static void Check(BenchCase variant, Optimizer optimizer, Parameter parameter)
    {
        using ComputeDevice simulation = ComputeDevice.Open("cpu-simulated");
        using var parameters = new ParameterBuffer(simulation);
        Parameter one = parameters.Add("one", variant.DType, 1);
        Start(one);
        using Optimizer reference = variant.Create(parameters, variant.Kahan);
        reference.Step();
        optimizer.Step();
        var expected = new float[1];
        one.Value.CopyTo(expected);
        var actual = new float[parameter.Length];
        parameter.Value.CopyTo(actual);
        int wrong = actual.AsSpan().IndexOfAnyExcept(expected[0]);
        if (wrong >= 0)
        {
            throw new InvalidOperationException(
                $"{variant} gave {actual[wrong]} at {wrong} instead of {expected[0]}; what is wrong is not timed.");
        }
    }

    private static void Start(Parameter parameter)
    {
        parameter.Value.Fill(0.5f);
        parameter.Gradient.Fill(0.01f);
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }
}
