using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>The average of a parameter by the plain formula, from the values and the compensation that the optimizer shows before and after
/// each step.</summary>
internal sealed class AverageReference(Optimizer optimizer, Parameter parameter)
{
    private float[]? _average;

    /// <summary>The average; zeros before it begins.</summary>
    public float[] Numbers => _average ?? new float[parameter.Length];

    /// <summary>Makes a step that updates some parameters, and follows it.</summary>
    public static void Step(Optimizer optimizer, Action step, params AverageReference[] references)
    {
        foreach (AverageReference reference in references)
            reference._average ??= reference.Whole();
        step();
        foreach (AverageReference reference in references)
            reference.Follow(optimizer.AverageDecay!.Value);
    }

    /// <summary>Forgets the average, or goes on from another one.</summary>
    public void Begin(float[]? numbers) => _average = numbers;

    /// <summary>Checks that the optimizer's average has the same bits.</summary>
    public void Check() => Assert.That(
        TestTraining.Bits(optimizer.State(parameter, "ema")), Is.EqualTo(Numbers.Select(BitConverter.SingleToUInt32Bits)), parameter.Name);

    private void Follow(double decay)
    {
        float[] whole = Whole();
        float weight = (float)(1 - decay);
        for (int i = 0; i < whole.Length; i++)
            _average![i] = MathF.FusedMultiplyAdd(weight, whole[i] - _average[i], _average[i]);
    }

    private float[] Whole()
    {
        if (optimizer.StoredParts(parameter).Any(part => part.Name == StateName.LowBits))
            return TestTraining.Numbers(optimizer.MasterWeights(parameter));
        float[] values = TestTraining.Numbers(parameter.Value);
        if (!optimizer.TryGetState(parameter, "kahan_comp", out TensorStorage? compensation))
            return values;
        return [.. values.Zip(TestTraining.Numbers(compensation), (value, lost) => value + lost)];
    }
}
