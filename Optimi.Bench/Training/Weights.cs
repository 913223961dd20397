namespace Optimi.Bench;

/// <summary>A parameter as the model computes with it: float32 copies of its values and of its gradient.</summary>
internal sealed class Weights(Parameter parameter)
{
    public float[] Values { get; } = new float[parameter.Length];

    public float[] Gradient { get; } = new float[parameter.Length];

    /// <summary>Draws the values from a normal distribution and stores them, rounded as the parameter is.</summary>
    public void Initialize(Random random, double deviation)
    {
        for (int i = 0; i < Values.Length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            Values[i] = (float)(deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        parameter.Value.CopyFrom(Values);
    }

    /// <summary>Brings the values from the device.</summary>
    public void Pull() => parameter.Value.CopyTo(Values);

    /// <summary>Takes the gradient to the device.</summary>
    public void Push() => parameter.Gradient.CopyFrom(Gradient);
}
