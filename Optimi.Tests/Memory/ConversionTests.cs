using CsCheck;

namespace Optimi.Tests;

internal sealed class ConversionTests
{
    [Test]
    public void Spans_of_any_length_are_rounded_number_by_number() => Floats.Any.Array[0, 100].Sample(numbers =>
    {
        var rounded = new BFloat16[numbers.Length];
        Conversion.Round(numbers, rounded);
        return rounded.Select(number => number.Bits).SequenceEqual(numbers.Select(Floats.NearestBFloat16));
    });

    [Test]
    public void Spans_of_any_length_are_widened_exactly() => Gen.UShort.Array[0, 100].Sample(bits =>
    {
        var widened = new float[bits.Length];
        Conversion.Widen(bits.Select(number => new BFloat16(number)).ToArray(), widened);
        return widened.Select(BitConverter.SingleToUInt32Bits).SequenceEqual(bits.Select(number => (uint)number << 16));
    });

    [Test]
    public void Float16_spans_are_rounded_and_widened_too() => Floats.AroundFloat16.Array[0, 100].Sample(numbers =>
    {
        var rounded = new Half[numbers.Length];
        Conversion.Round(numbers, rounded);
        var widened = new float[numbers.Length];
        Conversion.Widen(rounded, widened);
        return widened.Select(Floats.Comparable).SequenceEqual(numbers.Select(number => Floats.Comparable((float)(Half)number)));
    });

    [Test]
    public void Lengths_must_be_equal()
    {
        Assert.That(() => Conversion.Round(new float[3], new BFloat16[4]), Throws.ArgumentException.With.Message.Contains("3"));
        Assert.That(() => Conversion.Widen(new BFloat16[4], new float[3]), Throws.ArgumentException.With.Message.Contains("4"));
    }
}
