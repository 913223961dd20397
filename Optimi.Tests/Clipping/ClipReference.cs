namespace Optimi.Tests;

/// <summary>What is done with gradients before a step, in plain loops, as the contract says it.</summary>
internal static class ClipReference
{
    private const int Block = 256;

    /// <summary>Blocks of 256, missing numbers 0, each folded in half; then the blocks' sums in the same way.</summary>
    public static float TreeSum(float[] numbers)
    {
        if (numbers.Length == 0)
            return 0;
        while (true)
        {
            float[] sums = [.. numbers.Chunk(Block).Select(Fold)];
            if (sums.Length == 1)
                return sums[0];
            numbers = sums;
        }
    }

    /// <summary>The sum of the squares of a tensor's gradients.</summary>
    public static float Squares(float[] gradients, float unscale) => TreeSum([.. gradients.Select(gradient =>
    {
        float unscaled = gradient * unscale;
        return unscaled * unscaled;
    })]);

    /// <summary>The sum of all squares, tensor by tensor.</summary>
    public static float Squares(IEnumerable<float[]> tensors, float unscale) =>
        TreeSum([.. tensors.Select(tensor => Squares(tensor, unscale))]);

    /// <summary>What gradients are multiplied by.</summary>
    public static float Factor(float squares, double maxNorm, float unscale)
    {
        float norm = MathF.Sqrt(squares);
        float ratio = (float)maxNorm / (norm + 1e-6f);
        return unscale * (ratio < 1 ? ratio : 1);
    }

    private static float Fold(float[] numbers)
    {
        var block = new float[Block];
        numbers.CopyTo(block, 0);
        for (int half = Block / 2; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
                block[i] += block[i + half];
        }

        return block[0];
    }
}
