namespace Optimi.Bench;

/// <summary>
/// The parameters of a model that predicts a character from those before it: each character's embedding, hidden layers, an output for
/// each symbol. Their initial values are the same on every device.
/// </summary>
internal sealed class ModelParameters
{
    /// <summary>Characters that the next one is predicted from.</summary>
    public const int Context = 16;

    /// <summary>Numbers that a character is embedded as.</summary>
    public const int EmbeddingWidth = 24;

    /// <param name="buffer">Where they are added.</param>
    /// <param name="dtype">How they are stored.</param>
    /// <param name="vocabulary">How many symbols there are.</param>
    /// <param name="layers">How many hidden layers.</param>
    /// <param name="width">How many outputs each of them has.</param>
    /// <param name="random">Where the initial values come from.</param>
    public ModelParameters(ParameterBuffer buffer, DType dtype, int vocabulary, int layers, int width, Random random)
    {
        Embedding = Add("embedding", 1, vocabulary, EmbeddingWidth);
        int inputs = Context * EmbeddingWidth;
        var added = new List<LayerParameters>();
        for (int i = 1; i <= layers; i++)
        {
            added.Add(AddLayer($"hidden{i}", inputs, width));
            inputs = width;
        }

        added.Add(AddLayer("output", inputs, vocabulary));
        Layers = added;

        LayerParameters AddLayer(string name, int inputs, int outputs) =>
            new(Add($"{name}.weight", Math.Sqrt(2.0 / inputs), outputs, inputs), Add($"{name}.bias", 0, outputs));

        Parameter Add(string name, double deviation, params int[] shape)
        {
            Parameter parameter = buffer.Add(name, dtype, shape);
            parameter.Value.CopyFrom(Normal(parameter.Length, random, deviation));
            return parameter;
        }
    }

    /// <summary>The embeddings, a row for each symbol.</summary>
    public Parameter Embedding { get; }

    /// <summary>The hidden layers and the output layer.</summary>
    public IReadOnlyList<LayerParameters> Layers { get; }

    /// <summary>Numbers from a normal distribution.</summary>
    private static float[] Normal(long length, Random random, double deviation)
    {
        float[] values = new float[length];
        for (int i = 0; i < values.Length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = (float)(deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }
}
