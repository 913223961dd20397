using ILGPU;
using ILGPU.Runtime;

namespace Optimi.Tests;

/// <summary>What <see cref="Optimi.Functional"/> refuses of memory in few bits.</summary>
internal sealed class LowBitMisuseTests
{
    private static readonly AdamWOptions _options = new() { Lr = 1, CompressedStates = true, MasterWeightBits = 24 };

    private static readonly BFloat16[] _values = new BFloat16[300];

    [Test]
    public void Missing_codes_say_how_many_there_are_to_be() => Refused(
        () => Functional.Step(_options, 1, _values, _values, lowBits: new sbyte[512], headers: new byte[64]),
        "Memory for moments is missing; pass 512 integers of UInt16 as first", "Functional.SlotsOf");

    [Test]
    public void Missing_headers_say_how_many_bytes_there_are_to_be() => Refused(
        () => Functional.Step(_options, 1, _values, _values, new ushort[512], lowBits: new sbyte[512]),
        "Memory for headers is missing; pass 64 integers of UInt8 as headers");

    [Test]
    public void Missing_low_bits_are_named() => Refused(
        () => Functional.Step(_options, 1, _values, _values, new ushort[512], headers: new byte[64]),
        "Memory for low_bits is missing; pass 512 integers of Int8 as lowBits");

    [Test]
    public void Codes_that_do_not_cover_a_tile_are_refused() => Refused(
        () => Functional.Step(_options, 1, _values, _values, new ushort[300], lowBits: new sbyte[512], headers: new byte[64]),
        "moments covers whole tiles of 256 numbers", "of 300 values it has 512 integers of UInt16, but 300 were given");

    [Test]
    public void A_second_moment_by_itself_is_refused() => Refused(
        () => Functional.Step(_options, 1, _values, _values, new ushort[512], new ushort[512], lowBits: new sbyte[512], headers: new byte[64]),
        "exp_avg_sq", "stored together with the first state", "leave it out");

    [Test]
    public void Numbers_in_place_of_codes_are_refused() => Refused(
        () => Functional.Step(_options, 1, _values, _values, new BFloat16[512], lowBits: new sbyte[512], headers: new byte[64]),
        "moments is stored as BFloat16", "store it as UInt16");

    [Test]
    public void A_compensation_beside_low_bits_is_refused() => Refused(
        () => Functional.Step(_options, 1, _values, _values, new ushort[512], kahanComp: _values, lowBits: new sbyte[512], headers: new byte[64]),
        "300 numbers of kahanComp and 512 of lowBits", "leave the other out");

    [Test]
    public void Codes_in_place_of_values_or_gradients_are_refused()
    {
        Refused(() => Functional.Step(_options, 1, new ushort[3], _values), "UInt16 integers, not of numbers");
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device, GradientMemory.None);
        Parameter parameter = parameters.Add("p", DType.BFloat16, 3);
        using var optimizer = new SGD(parameters, lr: 1);
        Refused(() => optimizer.Step((parameter, new ushort[3])), "UInt16 integers, not of numbers");
        Refused(() => parameter.BindGradient(new sbyte[3]), "Int8 integers, not of numbers");
        Refused(() => parameters.Adopt("q", DType.BFloat16, [3], new short[3]), "3 numbers of Int16");
        Refused(() => parameter.BindGradient(new TensorMemory(64, (CodeType)9, 1)), "9 is no type of codes");
    }

    [Test]
    public void Bytes_at_an_odd_place_of_a_device_are_refused()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu-simulated");
        using MemoryBuffer1D<float, Stride1D.Dense> values = device.Accelerator.Allocate1D<float>(2);
        using MemoryBuffer1D<sbyte, Stride1D.Dense> codes = device.Accelerator.Allocate1D<sbyte>(257);
        using MemoryBuffer1D<byte, Stride1D.Dense> headers = device.Accelerator.Allocate1D<byte>(16);
        Refused(
            () => Functional.Step(
                device, new LionOptions { Lr = 1, CompressedStates = true }, 1, values.View, values.View, codes.View.SubView(1, 256), headers: headers.View),
            "exp_avg begins at an odd byte");
    }

    private static void Refused(Action action, params string[] texts)
    {
        string message = Assert.Throws<ParameterException>(() => action())!.Message;
        foreach (string text in texts)
            Assert.That(message, Does.Contain(text));
    }
}
