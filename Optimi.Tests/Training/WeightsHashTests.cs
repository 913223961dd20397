using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Optimi.Bench;

namespace Optimi.Tests;

internal sealed class WeightsHashTests
{
    [Test]
    public void The_stored_bytes_are_hashed_by_name_and_without_padding()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        float[] small = [1, 2, 3];
        BFloat16[] large = [(BFloat16)4f, (BFloat16)5f];
        Half[] half = [(Half)6f, (Half)7f, (Half)8f];
        // In ordinal order capitals come first.
        parameters.Add("a", DType.Float32, 3).Value.CopyFrom(small);
        parameters.Add("B", DType.BFloat16, 2).Value.CopyFrom(large);
        parameters.Add("C", DType.Float16, 3).Value.CopyFrom(half);
        byte[] bytes = [.. MemoryMarshal.AsBytes<BFloat16>(large), .. MemoryMarshal.AsBytes<Half>(half), .. MemoryMarshal.AsBytes<float>(small)];
        Assert.That(WeightsHash.Of(parameters), Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(bytes))));
    }
}
