using System.Runtime.InteropServices;

namespace Optimi.Tests;

/// <summary>A short training with random gradients, whose result is compared bit for bit between devices.</summary>
internal static class TestTraining
{
    /// <summary>Steps a few tensors, once only accumulating if there are states, and returns the bits of all values and states.</summary>
    /// <param name="device">The device.</param>
    /// <param name="dtype">The storage of all tensors.</param>
    /// <param name="create">Makes the optimizer.</param>
    /// <param name="steps">How many steps.</param>
    /// <param name="step">How a step is made, if not by <see cref="Optimizer.Step()"/>.</param>
    public static uint[] Run(
        ComputeDevice device, DType dtype, Func<ParameterBuffer, Optimizer> create, int steps = 4, Action<Optimizer>? step = null)
    {
        var random = new Random(7);
        using var parameters = new ParameterBuffer(device);
        foreach (int length in (int[])[1, 255, 300])
            parameters.Add($"p{length}", dtype, length).Value.CopyFrom(Numbers(random, length));
        using Optimizer optimizer = create(parameters);
        // Else few steps would use the lean kernels, which are compiled beside them.
        optimizer.PrepareAsync().GetAwaiter().GetResult();
        for (int number = 0; number < steps; number++)
        {
            foreach (Parameter parameter in parameters)
                parameter.Gradient.CopyFrom(Numbers(random, (int)parameter.Length));
            optimizer.Accumulate = number == 1 && HasStates(optimizer, parameters.First());
            if (step is null)
                optimizer.Step();
            else
                step(optimizer);
        }

        return [.. parameters.SelectMany(parameter => Bits(parameter.Value).Concat(
            optimizer.StateNames(parameter).SelectMany(name => Bits(optimizer.State(parameter, name)))))];
    }

    /// <summary>The bits of a tensor, widened to float32.</summary>
    public static uint[] Bits(TensorStorage storage) => MemoryMarshal.Cast<float, uint>(Numbers(storage)).ToArray();

    /// <summary>The numbers of a tensor.</summary>
    public static float[] Numbers(TensorStorage storage)
    {
        var numbers = new float[storage.Length];
        storage.CopyTo(numbers);
        return numbers;
    }

    public static float[] Numbers(Random random, int length)
    {
        var numbers = new float[length];
        for (int i = 0; i < length; i++)
            numbers[i] = (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-4, 2)));
        return numbers;
    }

    private static bool HasStates(Optimizer optimizer, Parameter parameter) =>
        optimizer.StateNames(parameter)
            .Any(name => name is not (Kernels.StateName.KahanCompensation or Kernels.StateName.Average));
}
