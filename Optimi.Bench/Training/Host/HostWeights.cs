namespace Optimi.Bench;

/// <summary>A parameter as the host computes with it: a float32 copy of its values.</summary>
internal sealed class HostWeights(Parameter parameter)
{
    public float[] Values { get; } = new float[parameter.Length];

    /// <summary>Brings the values from the buffer.</summary>
    public void Pull() => parameter.Value.CopyTo(Values);
}
