using CsCheck;

namespace Optimi.Tests;

internal sealed class BFloat16Tests
{
    [Test]
    public void Every_number_survives_the_way_to_float32_and_back()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var number = new BFloat16((ushort)bits);
            float wide = number;
            ushort expected = float.IsNaN(wide) ? (ushort)0x7FC0 : (ushort)bits;
            Assert.That(((BFloat16)wide).Bits, Is.EqualTo(expected));
        }
    }

    [Test]
    public void Rounding_goes_to_the_nearest_number() =>
        Floats.Any.Sample(x => ((BFloat16)x).Bits == Floats.NearestBFloat16(x), iter: 100_000);

    [TestCaseSource(typeof(Floats), nameof(Floats.Special))]
    public void Special_numbers_are_rounded_to_the_nearest_too(float x) =>
        Assert.That(((BFloat16)x).Bits, Is.EqualTo(Floats.NearestBFloat16(x)));

    [Test]
    public void Equality_is_that_of_the_bits()
    {
        var one = (BFloat16)1f;
        Assert.Multiple(() =>
        {
            Assert.That(one == new BFloat16(0x3F80), Is.True);
            Assert.That(one != (BFloat16)2f, Is.True);
            Assert.That(one.Equals((object)new BFloat16(0x3F80)), Is.True);
            Assert.That(one.GetHashCode(), Is.EqualTo(0x3F80));
            Assert.That($"{(BFloat16)0.5f}", Is.EqualTo("0.5"));
        });
    }
}
