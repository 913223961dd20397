using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>The memory between the last number of a tensor and the end of its last tile, which may hold anything.</summary>
internal static class Padding
{
    /// <summary>Fills it with NaNs, behind the values and the gradients.</summary>
    public static void Poison(ParameterBuffer parameters)
    {
        parameters.PlaceAll();
        foreach (Parameter parameter in parameters)
        {
            Fill(parameter.Place!.Values, parameter, parameter.DType);
            Fill(parameter.Place.Gradients, parameter, parameter.GradientDType);
        }
    }

    private static void Fill(Slab slab, Parameter parameter, DType dtype)
    {
        long begin = (long)parameter.FirstTile * Tile.Length;
        byte[] poison = new byte[((parameter.TileCount * Tile.Length) - parameter.Length) * dtype.Bytes()];
        Array.Fill(poison, (byte)0xFF);
        slab.Upload((begin + parameter.Length) * dtype.Bytes(), poison);
    }
}
