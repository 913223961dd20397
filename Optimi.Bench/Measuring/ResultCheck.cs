using System.Buffers;

namespace Optimi.Bench;

/// <summary>Compares the first steps of a workload with the simulation of the same kernels, number by number and bit by bit.</summary>
internal sealed class ResultCheck : IDisposable
{
    private readonly ComputeDevice _simulation = ComputeDevice.Open("cpu-simulated");

    /// <summary>Of one variant at a time: where numbers are packed there is one for each length, as long as that.</summary>
    private readonly Dictionary<(int Group, int Length), ExpectedResult> _expected = [];

    private Variant? _variant;

    /// <summary>Steps a workload that has not stepped yet, and checks all its values, and all that is stored in few bits.</summary>
    /// <exception cref="WrongResultException">One differs.</exception>
    public void Run(IWorkload workload)
    {
        if (_variant != workload.Variant)
            _expected.Clear();
        _variant = workload.Variant;
        TakeSteps(workload);
        foreach ((int group, ParameterGroup members) in workload.Groups.Index())
        {
            foreach (Parameter parameter in members.Parameters)
                Check(workload, parameter, Expected(workload.Variant, group, (int)parameter.Length));
        }
    }

    public void Dispose() => _simulation.Dispose();

    /// <summary>The second step is the first that reads states, and the third the first that reads what it wrote.</summary>
    private static void TakeSteps(IWorkload workload)
    {
        workload.Step(1);
        workload.HalveGradients();
        workload.Step(2);
    }

    private static void Check(IWorkload workload, Parameter parameter, ExpectedResult expected)
    {
        float[] room = ArrayPool<float>.Shared.Rent((int)parameter.Length);
        Span<float> actual = room.AsSpan(0, (int)parameter.Length);
        parameter.Value.CopyTo(actual);
        int at = TestData.FirstDifference(actual, expected.Values);
        if (at >= 0)
        {
            throw new WrongResultException(FormattableString.Invariant(
                $"{workload.Variant} on {workload.Device.Name} gave {actual[at]:R} at {at} of tensor {parameter.Name}, but")
                + FormattableString.Invariant($" {expected.Values[at % expected.Values.Length]:R} in the simulation;")
                + " what is wrong is not timed.");
        }

        ArrayPool<float>.Shared.Return(room);
        foreach ((StoredPart part, byte[] bytes) in workload.Optimizer.StoredParts(parameter).Zip(expected.Parts))
            Check(workload, parameter, part, bytes);
    }

    private static void Check(IWorkload workload, Parameter parameter, StoredPart part, byte[] expected)
    {
        byte[] room = ArrayPool<byte>.Shared.Rent((int)part.Bytes);
        Span<byte> actual = room.AsSpan(0, (int)part.Bytes);
        part.CopyTo(actual);
        int at = actual.CommonPrefixLength(expected);
        if (at < expected.Length)
        {
            throw new WrongResultException(FormattableString.Invariant(
                $"{workload.Variant} on {workload.Device.Name} stored {actual[at]} in byte {at} of '{part.Name}' of tensor")
                + FormattableString.Invariant($" {parameter.Name}, but {expected[at]} in the simulation; what is wrong is not timed."));
        }

        ArrayPool<byte>.Shared.Return(room);
    }

    /// <summary>What the first steps make of a tensor. Where a number's result depends on nothing but the number, a tensor that has each of
    /// the test data's once tells those of any length.</summary>
    private ExpectedResult Expected(Variant variant, int group, int length)
    {
        int simulated = variant.Storage.IsPacked ? length : TestData.Period;
        if (_expected.TryGetValue((group, simulated), out ExpectedResult? known))
            return known;
        using var workload = new Workload(_simulation, variant, [[simulated]], groups: 1, firstGroup: group);
        TakeSteps(workload);
        return _expected[(group, simulated)] = ExpectedResult.Of(workload);
    }
}
