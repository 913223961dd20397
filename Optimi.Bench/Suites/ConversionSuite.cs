using System.ComponentModel;
using BenchmarkDotNet.Attributes;
using Half = System.Half;

namespace Optimi.Bench;

/// <summary>Conversions of whole spans, of a length that fits the first-level cache.</summary>
[Description("conversions between float32 and the types of two bytes, of 4,096 numbers")]
public class ConversionSuite
{
    private readonly float[] _wide = [.. Enumerable.Range(0, 4096).Select(i => i / 256f)];
    private readonly BFloat16[] _bfloat16 = new BFloat16[4096];
    private readonly Half[] _float16 = new Half[4096];

    [Benchmark]
    public void RoundToBFloat16() => Conversion.Round(_wide, _bfloat16);

    [Benchmark]
    public void WidenBFloat16() => Conversion.Widen(_bfloat16, _wide);

    [Benchmark]
    public void RoundToFloat16() => Conversion.Round(_wide, _float16);

    [Benchmark]
    public void WidenFloat16() => Conversion.Widen(_float16, _wide);
}
