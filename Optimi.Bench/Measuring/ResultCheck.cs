using System.Buffers;

namespace Optimi.Bench;

/// <summary>Compares the first steps of a workload with the simulation of the same kernels, number by number.</summary>
internal sealed class ResultCheck : IDisposable
{
    private readonly ComputeDevice _simulation = ComputeDevice.Open("cpu-simulated");
    private readonly Dictionary<(Variant Variant, int Groups), float[][]> _expected = [];

    /// <summary>Steps a workload that has not stepped yet, and checks all its values.</summary>
    /// <exception cref="WrongResultException">One differs.</exception>
    public void Run(IWorkload workload)
    {
        float[][] expected = Expected(workload.Variant, workload.Groups.Count);
        TakeSteps(workload);
        float[] room = ArrayPool<float>.Shared.Rent((int)workload.Groups.Max(group => group.Parameters.Max(parameter => parameter.Length)));
        foreach ((int group, ParameterGroup members) in workload.Groups.Index())
        {
            foreach (Parameter parameter in members.Parameters)
            {
                Span<float> actual = room.AsSpan(0, (int)parameter.Length);
                parameter.Value.CopyTo(actual);
                int at = TestData.FirstDifference(actual, expected[group]);
                if (at < 0)
                    continue;
                throw new WrongResultException(FormattableString.Invariant(
                    $"{workload.Variant} on {workload.Device.Name} gave {actual[at]:R} at {at} of tensor {parameter.Name}, but")
                    + FormattableString.Invariant($" {expected[group][at % TestData.Period]:R} in the simulation;")
                    + " what is wrong is not timed.");
            }
        }

        ArrayPool<float>.Shared.Return(room);
    }

    public void Dispose() => _simulation.Dispose();

    /// <summary>The second step is the first that reads states, and the third the first that reads what it wrote.</summary>
    private static void TakeSteps(IWorkload workload)
    {
        workload.Step(1);
        workload.HalveGradients();
        workload.Step(2);
    }

    /// <summary>The values of each group after the first steps.</summary>
    private float[][] Expected(Variant variant, int groups)
    {
        if (_expected.TryGetValue((variant, groups), out float[][]? known))
            return known;
        using var workload = new Workload(_simulation, variant, [.. Enumerable.Repeat<int[]>([TestData.Period], groups)], groups);
        TakeSteps(workload);
        float[][] values = [.. workload.Groups.Select(group =>
        {
            var numbers = new float[TestData.Period];
            group.Parameters[0].Value.CopyTo(numbers);
            return numbers;
        })];
        return _expected[(variant, groups)] = values;
    }
}
