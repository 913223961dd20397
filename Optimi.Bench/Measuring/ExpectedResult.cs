namespace Optimi.Bench;

/// <summary>What steps are to make of a tensor.</summary>
/// <param name="Values">Its values.</param>
/// <param name="Parts">The bytes of each of its stored parts.</param>
internal sealed record ExpectedResult(float[] Values, IReadOnlyList<byte[]> Parts)
{
    /// <summary>What steps have made of the one tensor of a workload.</summary>
    public static ExpectedResult Of(Workload workload)
    {
        Parameter parameter = workload.Parameters[0];
        var values = new float[parameter.Length];
        parameter.Value.CopyTo(values);
        return new ExpectedResult(values, [.. workload.Optimizer.StoredParts(parameter).Select(part =>
        {
            var bytes = new byte[part.Bytes];
            part.CopyTo(bytes);
            return bytes;
        })]);
    }
}
