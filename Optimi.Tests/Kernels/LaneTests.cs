using System.Runtime.CompilerServices;
using CsCheck;
using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>Every register computes what single numbers would, to the last bit.</summary>
[TestFixture(typeof(ScalarLane))]
[TestFixture(typeof(Vector128Lane))]
[TestFixture(typeof(Vector256Lane))]
[TestFixture(typeof(Vector512Lane))]
internal sealed class LaneTests<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    private static readonly Gen<float[]> _register = Floats.Any.Array[Count];

    private static readonly Gen<float[]> _halfRegister = Floats.AroundFloat16.Array[Count];

    private static int Count => Unsafe.SizeOf<TLane>() / sizeof(float);

    [OneTimeSetUp]
    public void SkipWhatTheMachineLacks()
    {
        if (!HostLanes.All.Contains(typeof(TLane)))
            Assert.Ignore($"This machine has no registers for {typeof(TLane).Name}.");
    }

    [Test]
    public void Addition() => Binary((a, b) => a + b, (a, b) => a + b);

    [Test]
    public void Subtraction() => Binary((a, b) => a - b, (a, b) => a - b);

    [Test]
    public void Multiplication() => Binary((a, b) => a * b, (a, b) => a * b);

    [Test]
    public void Division() => Binary((a, b) => a / b, (a, b) => a / b);

    [Test]
    public void Maximum_gives_the_second_number_when_the_first_is_not_greater() =>
        Binary(TLane.Max, (a, b) => a > b ? a : b);

    [Test]
    public void Negation() => Unary(a => -a, a => -a);

    [Test]
    public void Square_root() => Unary(TLane.Sqrt, MathF.Sqrt);

    [Test]
    public void Sign_keeps_NaN_and_makes_both_zeros_plain() =>
        Unary(TLane.Sign, a => float.IsNaN(a) ? a : MathF.Sign(a));

    [Test]
    public void Multiplication_and_addition_round_once() =>
        Ternary(TLane.MultiplyAdd, MathF.FusedMultiplyAdd);

    [Test]
    public void Choose_takes_the_first_value_unless_the_condition_is_zero() =>
        Ternary(TLane.Choose, (condition, a, b) => condition != 0 ? a : b);

    [Test]
    public void Splat_fills_the_register() =>
        Assert.That(Numbers(TLane.Splat(1.5f)), Is.All.EqualTo(1.5f).And.Exactly(Count).Items);

    [Test]
    public void Rounding_to_bfloat16() => Unary(
        a => TLane.RoundToBFloat16(TLane.PlainNaN(a)),
        a => BitConverter.UInt32BitsToSingle((uint)Floats.NearestBFloat16(a) << 16));

    [Test]
    public void Rounding_keeps_every_NaN_that_bfloat16_can_hold() => Unary(
        a => TLane.RoundToBFloat16(TLane.HighBFloat16(a)), a => new BFloat16((ushort)(BitConverter.SingleToUInt32Bits(a) >> 16)));

    [Test]
    public void Plain_NaNs_are_all_one_and_numbers_stay_as_they_are() => Unary(TLane.PlainNaN, a => a);

    [Test]
    public void Packing_rounds_both_halves() => Binary(
        (low, high) => TLane.PackBFloat16(TLane.PlainNaN(low), TLane.PlainNaN(high)),
        (low, high) => Word(Floats.NearestBFloat16(low), Floats.NearestBFloat16(high)),
        BitConverter.SingleToUInt32Bits);

    [Test]
    public void Joining_puts_rounded_halves_together() => Binary(
        (low, high) => TLane.JoinBFloat16(
            TLane.RoundToBFloat16(TLane.PlainNaN(low)), TLane.RoundToBFloat16(TLane.PlainNaN(high))),
        (low, high) => Word(Floats.NearestBFloat16(low), Floats.NearestBFloat16(high)),
        BitConverter.SingleToUInt32Bits);

    [Test]
    public void The_low_half_of_a_word_is_read() => Unary(
        TLane.LowBFloat16, a => new BFloat16((ushort)BitConverter.SingleToUInt32Bits(a)));

    [Test]
    public void The_high_half_of_a_word_is_read() => Unary(
        TLane.HighBFloat16, a => new BFloat16((ushort)(BitConverter.SingleToUInt32Bits(a) >> 16)));

    [Test]
    public void Float16_numbers_are_widened_exactly() => Gen.UInt.Array[Count].Sample(words =>
    {
        TLane register = Register([.. words.Select(BitConverter.UInt32BitsToSingle)]);
        Pair<TLane> numbers = Float16Storage.Load<TLane, OneRegister<TLane>>(new() { Words = register }, 0);
        return Comparables(Numbers(numbers.Low)).SequenceEqual(words.Select(word => Widened((ushort)word)))
            && Comparables(Numbers(numbers.High)).SequenceEqual(words.Select(word => Widened((ushort)(word >> 16))));
    });

    [Test]
    public void Every_float16_number_survives_rounding()
    {
        for (int first = 0; first <= ushort.MaxValue; first += Count)
        {
            float[] numbers = [.. Enumerable.Range(first, Count).Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits))];
            Assert.That(
                Comparables(Numbers(Float16Storage.Round(Register(numbers)))).SequenceEqual(Comparables(numbers)), Is.True);
        }
    }

    [Test]
    public void Float16_numbers_are_rounded_to_the_nearest() => Gen.Select(_halfRegister, _halfRegister).Sample(
        (low, high) =>
        {
            var words = default(OneRegister<TLane>);
            Float16Storage.Store<TLane, OneRegister<TLane>>(ref words, 0, new() { Low = Register(low), High = Register(high) });
            return Bits(Numbers(words.Words)).SequenceEqual(low.Zip(high, (l, h) => ((uint)Narrowed(h) << 16) | Narrowed(l)));
        },
        iter: 5000);

    [Test]
    public void Even_and_odd_places_are_taken_apart_and_put_together_again() => Gen.Select(_register, _register).Sample((a, b) =>
    {
        TLane even = TLane.Even(Register(a), Register(b));
        TLane odd = TLane.Odd(Register(a), Register(b));
        float[] all = [.. a, .. b];
        return Bits(Numbers(even)).SequenceEqual(Bits(all.Where((_, i) => i % 2 == 0)))
            && Bits(Numbers(odd)).SequenceEqual(Bits(all.Where((_, i) => i % 2 == 1)))
            && Bits(Numbers(TLane.ZipFirst(even, odd))).SequenceEqual(Bits(a))
            && Bits(Numbers(TLane.ZipSecond(even, odd))).SequenceEqual(Bits(b));
    });

    private static IEnumerable<uint> Comparables(IEnumerable<float> numbers) => numbers.Select(Floats.Comparable);

    private static uint Widened(ushort bits) => Floats.Comparable((float)BitConverter.UInt16BitsToHalf(bits));

    /// <summary>The framework's own rounding, with one NaN.</summary>
    private static ushort Narrowed(float number) =>
        float.IsNaN(number) ? (ushort)0x7E00 : BitConverter.HalfToUInt16Bits((Half)number);

    private static IEnumerable<uint> Bits(IEnumerable<float> numbers) => numbers.Select(BitConverter.SingleToUInt32Bits);

    private static float Word(ushort low, ushort high) => BitConverter.UInt32BitsToSingle(((uint)high << 16) | low);

    private static void Unary(Func<TLane, TLane> lane, Func<float, float> single) =>
        Ternary((a, _, _) => lane(a), (a, _, _) => single(a));

    private static void Binary(
        Func<TLane, TLane, TLane> lane, Func<float, float, float> single, Func<float, uint>? bits = null) =>
        Ternary((a, b, _) => lane(a, b), (a, b, _) => single(a, b), bits);

    private static void Ternary(
        Func<TLane, TLane, TLane, TLane> lane, Func<float, float, float, float> single, Func<float, uint>? bits = null) =>
        Gen.Select(_register, _register, _register).Sample(
            (a, b, c) => Numbers(lane(Register(a), Register(b), Register(c))).Select(bits ?? Floats.Comparable)
                .SequenceEqual(Enumerable.Range(0, Count).Select(i => (bits ?? Floats.Comparable)(single(a[i], b[i], c[i])))),
            iter: 2000);

    private static TLane Register(float[] numbers) => Unsafe.ReadUnaligned<TLane>(ref Unsafe.As<float, byte>(ref numbers[0]));

    private static float[] Numbers(TLane register)
    {
        var numbers = new float[Count];
        Unsafe.WriteUnaligned(ref Unsafe.As<float, byte>(ref numbers[0]), register);
        return numbers;
    }
}
