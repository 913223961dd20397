using System.Runtime.InteropServices;
using CsCheck;
using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>States in groups, on each register of the host, beside plain definitions of their formats.</summary>
[TestFixture(typeof(ScalarLane))]
[TestFixture(typeof(Vector128Lane))]
[TestFixture(typeof(Vector256Lane))]
[TestFixture(typeof(Vector512Lane))]
internal sealed unsafe class GroupFormatTests<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    private const int Numbers = HostBatch.Tiles * Tile.Length;

    private const int PairGroups = HostBatch.Tiles * Pair16.GroupsPerTile;

    /// <summary>Numbers as they occur, and such as seldom do.</summary>
    private static readonly Gen<float> _number = Gen.Frequency(
        (12, Gen.Float[-1, 1].Select(Gen.Float[-40, 20], (mantissa, exponent) => mantissa * MathF.Pow(2, exponent))),
        (2, OneOf(0f, -0f, float.Epsilon, 1e-38f, 2.3e-38f, 1e38f, float.MaxValue)));

    private static readonly Gen<float> _anyNumber = Gen.Frequency(
        (60, _number), (1, OneOf(float.NaN, -float.NaN, float.PositiveInfinity, float.NegativeInfinity)));

    [OneTimeSetUp]
    public void SkipWhatTheMachineLacks()
    {
        if (!HostLanes.All.Contains(typeof(TLane)))
            Assert.Ignore($"This machine has no registers for {typeof(TLane).Name}.");
    }

    [Test]
    public void Pairs_are_encoded_and_decoded_as_the_definition_says() => Gen.Select(
        _anyNumber.Array[Numbers], _anyNumber.Array[Numbers], Gen.Int[1 << 20, 1 << 28], Gen.UInt, Gen.Int[1, HostBatch.Tiles])
        .Sample((m, v, spread, seed, tiles) =>
        {
            var rounding = new Rounding(Dither.OfMoments(7, (int)seed), Dither.Nearest, spread);
            ushort[] words = new ushort[Numbers];
            uint[] headers = new uint[PairGroups * Pair16.HeaderWords];
            EncodePair(m, v, rounding, tiles, words, headers);
            for (int group = 0; group < tiles * Pair16.GroupsPerTile; group++)
            {
                int first = group * Pair16.GroupLength;
                uint[] dither = [.. Enumerable.Range(first, Pair16.GroupLength).Select(
                    i => unchecked(((uint)i * (uint)rounding.Moments.Multiplier) + (uint)rounding.Moments.Offset))];
                (ushort[] plain, uint second, uint header) = PlainPair16.Encode(
                    m[first..(first + Pair16.GroupLength)], v[first..(first + Pair16.GroupLength)], dither, spread);
                Assert.That((headers[2 * group], headers[(2 * group) + 1]), Is.EqualTo((second, header)));
                Assert.That(words[first..(first + Pair16.GroupLength)], Is.EqualTo(plain));
            }

            (float[] decodedM, float[] decodedV) = DecodePair(words, headers, tiles);
            for (int i = 0; i < tiles * Tile.Length; i++)
            {
                int group = i / Pair16.GroupLength;
                (float plainM, float plainV) = PlainPair16.Decode(words[i], headers[2 * group], headers[(2 * group) + 1]);
                Assert.That((decodedM[i], decodedV[i]), Is.EqualTo((plainM, plainV)));
            }
        }, iter: 30);

    [Test]
    public void Single_states_are_encoded_and_decoded_as_the_definition_says() => Gen.Select(
        _anyNumber.Array[Numbers], Gen.Int[1, HostBatch.Tiles])
        .Sample((states, tiles) =>
        {
            byte[] codes = new byte[Numbers];
            ushort[] headers = new ushort[HostBatch.Tiles * Signed8.GroupsPerTile];
            float[] planar = Planar(states);
            fixed (byte* c = codes)
            fixed (ushort* h = headers)
            fixed (float* x = planar)
                HostSigned8<TLane>.Encode(c, (byte*)h, Signed8.HeaderBytesPerTile, tiles, (TLane*)x);
            for (int group = 0; group < tiles * Signed8.GroupsPerTile; group++)
            {
                int first = group * Signed8.GroupLength;
                (sbyte[] plain, ushort header) = PlainSigned8.Encode(states[first..(first + Signed8.GroupLength)]);
                Assert.That(headers[group], Is.EqualTo(header));
                Assert.That(MemoryMarshal.Cast<byte, sbyte>(codes)[first..(first + Signed8.GroupLength)].ToArray(), Is.EqualTo(plain));
            }

            float[] decoded = new float[Numbers];
            fixed (byte* c = codes)
            fixed (ushort* h = headers)
            fixed (float* x = decoded)
                HostSigned8<TLane>.Decode(c, (byte*)h, Signed8.HeaderBytesPerTile, tiles, (TLane*)x);
            float[] linear = Linear(decoded);
            for (int i = 0; i < tiles * Tile.Length; i++)
                Assert.That(linear[i], Is.EqualTo(PlainSigned8.Decode((sbyte)codes[i], headers[i / Signed8.GroupLength])));
        }, iter: 30);

    [Test]
    public void Single_states_are_encoded_while_those_behind_them_are_decoded() => Gen.Select(
        _anyNumber.Array[Numbers], _anyNumber.Array[Numbers], Gen.Int[1, HostBatch.Tiles], Gen.Int[0, HostBatch.Tiles])
        .Where((_, _, tiles, next) => next <= tiles)
        .Sample((states, nextStates, tiles, next) =>
        {
            int codeBytes = tiles * Tile.Length;
            int headerBytes = tiles * Signed8.HeaderBytesPerTile;
            byte[] codes = new byte[2 * Numbers];
            byte[] headers = new byte[2 * HostBatch.Tiles * Signed8.HeaderBytesPerTile];
            float[] planar = Planar(states);
            float[] decoded = Planar(nextStates);
            byte[] expected = new byte[Numbers];
            byte[] expectedHeaders = new byte[headerBytes];
            fixed (byte* c = codes, h = headers, e = expected, eh = expectedHeaders)
            fixed (float* x = planar, d = decoded)
            {
                HostSigned8<TLane>.Encode(e, eh, Signed8.HeaderBytesPerTile, tiles, (TLane*)x);
                HostSigned8<TLane>.Encode(c + codeBytes, h + headerBytes, Signed8.HeaderBytesPerTile, next, (TLane*)d);
                HostSigned8<TLane>.Decode(c + codeBytes, h + headerBytes, Signed8.HeaderBytesPerTile, next, (TLane*)d);
                HostSigned8<TLane>.Recode(c, h, Signed8.HeaderBytesPerTile, tiles, next, (TLane*)x);
            }

            Assert.That(codes[..codeBytes], Is.EqualTo(expected[..codeBytes]));
            Assert.That(headers[..headerBytes], Is.EqualTo(expectedHeaders));
            Assert.That(planar[..(next * Tile.Length)], Is.EqualTo(decoded[..(next * Tile.Length)]));
        }, iter: 30);

    /// <summary>Moments of one gradient each: their first ones over the roots of their second ones are 1, scaled between 1 and 2, of which
    /// there are 63 codes at least.</summary>
    [Test]
    public void Directions_come_back_to_half_a_step_though_gradients_are_powers_of_two_apart() =>
        Gen.Float[0.5f, 1].Select(Gen.Int[-7, 7], Gen.Bool, (mantissa, exponent, isNegative) =>
            (isNegative ? -mantissa : mantissa) * MathF.Pow(2, exponent)).Array[Numbers].Sample(m =>
        {
            float[] v = Array.ConvertAll(m, number => number * number);
            ushort[] words = new ushort[Numbers];
            uint[] headers = new uint[PairGroups * Pair16.HeaderWords];
            EncodePair(m, v, Rounding.Nearest, HostBatch.Tiles, words, headers);
            (float[] decoded, _) = DecodePair(words, headers, HostBatch.Tiles);
            Assert.That(decoded.Zip(m).Max(pair => MathF.Abs((pair.First / pair.Second) - 1)), Is.LessThan(0.025f));
        }, iter: 20);

    private static Gen<float> OneOf(params float[] numbers) => Gen.Int[0, numbers.Length - 1].Select(i => numbers[i]);

    private static void EncodePair(float[] m, float[] v, in Rounding rounding, int tiles, ushort[] words, uint[] headers)
    {
        var scalars = RoundingScalars<TLane>.Of(rounding);
        float[] first = Planar(m);
        float[] second = Planar(v);
        fixed (ushort* w = words)
        fixed (uint* h = headers)
        fixed (float* f = first, s = second)
            HostPair16<TLane>.Encode((byte*)w, (byte*)h, Pair16.HeaderBytesPerTile, tiles, (TLane*)f, (TLane*)s, scalars, 0);
    }

    private static (float[] First, float[] Second) DecodePair(ushort[] words, uint[] headers, int tiles)
    {
        float[] first = new float[Numbers];
        float[] second = new float[Numbers];
        fixed (ushort* w = words)
        fixed (uint* h = headers)
        fixed (float* f = first, s = second)
            HostPair16<TLane>.Decode((byte*)w, (byte*)h, Pair16.HeaderBytesPerTile, tiles, (TLane*)f, (TLane*)s);
        return (Linear(first), Linear(second));
    }

    /// <summary>Numbers as a step leaves them: of each vector of units the first numbers, then the second ones.</summary>
    private static float[] Planar(float[] numbers) =>
        [.. Enumerable.Range(0, Numbers).Select(at => numbers[NumberAt(at)])];

    private static float[] Linear(float[] planar)
    {
        float[] numbers = new float[Numbers];
        for (int at = 0; at < Numbers; at++)
            numbers[NumberAt(at)] = planar[at];
        return numbers;
    }

    private static int NumberAt(int at)
    {
        int vector = at / TLane.Width;
        return (2 * (((vector / 2) * TLane.Width) + (at % TLane.Width))) + (vector % 2);
    }
}
