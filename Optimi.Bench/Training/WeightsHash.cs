using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Optimi.Bench;

/// <summary>Tells whether two trainings ended with the same weights, to the last bit.</summary>
internal static class WeightsHash
{
    /// <summary>SHA-256, in hexadecimal digits, of the values as they are stored, in ordinal order of the parameters' names.</summary>
    public static string Of(IEnumerable<Parameter> parameters)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Parameter parameter in parameters.OrderBy(parameter => parameter.Name, StringComparer.Ordinal))
            hash.AppendData(BytesOf(parameter));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static ReadOnlySpan<byte> BytesOf(Parameter parameter)
    {
        switch (parameter.DType)
        {
            case DType.Float32:
                float[] values = new float[parameter.Length];
                parameter.Value.CopyTo(values);
                return MemoryMarshal.AsBytes<float>(values);
            case DType.BFloat16:
                var bfloats = new BFloat16[parameter.Length];
                parameter.Value.CopyTo(bfloats);
                return MemoryMarshal.AsBytes<BFloat16>(bfloats);
            default:
                var halves = new Half[parameter.Length];
                parameter.Value.CopyTo(halves);
                return MemoryMarshal.AsBytes<Half>(halves);
        }
    }
}
