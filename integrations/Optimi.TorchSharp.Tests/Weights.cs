namespace FusedTests;

/// <summary>Comparisons of weights.</summary>
internal static class Weights
{
    /// <summary>All weights of a model, as float32.</summary>
    public static float[] Of(nn.Module model)
    {
        using var scope = NewDisposeScope();
        return [.. model.parameters().SelectMany(parameter => parameter.detach().to(ScalarType.Float32).data<float>().ToArray())];
    }

    /// <summary>The largest difference of two models' weights.</summary>
    public static double Distance(nn.Module a, nn.Module b) => Of(a).Zip(Of(b), (x, y) => Math.Abs((double)x - y)).Max();
}
