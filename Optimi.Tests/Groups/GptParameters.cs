namespace Optimi.Tests;

/// <summary>The parameters of a small GPT, by the names that are usual.</summary>
internal static class GptParameters
{
    private const int Width = 8;

    /// <summary>What every layer has.</summary>
    private static readonly (string Name, int[] Shape)[] _layer =
    [
        ("ln_1.weight", [Width]), ("ln_1.bias", [Width]),
        ("attn.c_attn.weight", [3 * Width, Width]), ("attn.c_attn.bias", [3 * Width]),
        ("attn.c_proj.weight", [Width, Width]), ("attn.c_proj.bias", [Width]),
        ("ln_2.weight", [Width]), ("ln_2.bias", [Width]),
        ("mlp.c_fc.weight", [4 * Width, Width]), ("mlp.c_fc.bias", [4 * Width]),
        ("mlp.c_proj.weight", [Width, 4 * Width]), ("mlp.c_proj.bias", [Width]),
    ];

    /// <summary>Adds them, with values that need rounding.</summary>
    public static ParameterBuffer Add(ParameterBuffer buffer, int layers = 3, DType dtype = DType.Float32)
    {
        var random = new Random(11);
        foreach ((string name, int[] shape) in Shapes(layers))
        {
            Parameter parameter = buffer.Add(name, dtype, shape);
            parameter.Value.CopyFrom(TestTraining.Numbers(random, (int)parameter.Length));
        }

        return buffer;
    }

    public static IEnumerable<(string Name, int[] Shape)> Shapes(int layers) =>
    [
        ("wte.weight", [40, Width]), ("wpe.weight", [5, Width]),
        .. from layer in Enumerable.Range(0, layers)
           from tensor in _layer
           select ($"h.{layer}.{tensor.Name}", tensor.Shape),
        ("ln_f.weight", [Width]), ("ln_f.bias", [Width]), ("lm_head.weight", [40, Width]),
    ];
}
