using System.Numerics;

namespace Optimi.Tests;

/// <summary>A group of moments in 16 bits, number by number and with branches: the definition that vectors are tested against.</summary>
internal static class PlainPair16
{
    private const int Length = 64;

    /// <summary>Encodes a group.</summary>
    /// <param name="m">First moments.</param>
    /// <param name="v">Second moments.</param>
    /// <param name="dither">Of each number the bits that decide how it is rounded.</param>
    /// <param name="spread">The distance from which on second moments get more bits.</param>
    public static (ushort[] Words, uint SecondHeader, uint FirstHeader) Encode(float[] m, float[] v, uint[] dither, int spread)
    {
        int[] b = [.. v.Select(Bounded)];
        int top = (b.Max() + 255) & ~255;
        int distance = top == 0 ? 0 : Math.Min(top - b.Where(bits => bits > 0).Min(), 1 << 28);
        int s = distance < spread ? 7 : distance < 4 * spread ? 8 : 9;
        int q = (distance >> s) + (distance >> ((2 * s) - 2)) + 1;
        int x = Math.Max(32 - BitOperations.LeadingZeroCount((uint)q) - 4, 0);
        int code = (x << 3) + Math.Max((q + (1 << x) - 1) >> x, 8) - 8;
        int delta = (8 + (code & 7)) << (code >> 3);
        int mask = (1 << s) - 1;
        int[] codes = new int[Length];
        float[] scaled = new float[Length];
        for (int i = 0; i < Length; i++)
        {
            float share = (int)(dither[i] >> 8) * (1f / (1 << 24));
            int k = (int)MathF.FusedMultiplyAdd(top - b[i], 1f / delta, share);
            codes[i] = b[i] == 0 ? 0 : mask - Math.Min(k, mask - 1);
            int z = codes[i] == 0 ? 0 : top - ((mask - codes[i]) * delta);
            scaled[i] = m[i] * BitConverter.Int32BitsToSingle(0x7F000000 - RootScale(z));
        }

        int greatest = scaled.Max(number => BitConverter.SingleToInt32Bits(number) & 0x7FFFFFFF);
        int middle = 1 << (15 - s);
        int step = greatest >= 0x7F800000
            ? 0x7FC00000
            : greatest < 0x10000000
                ? 0
                : BitConverter.SingleToInt32Bits(BitConverter.Int32BitsToSingle(greatest) * (1f / (middle - 1))) & ~3;
        float inverse = greatest is >= 0x7F800000 or < 0x10000000 ? 0 : 1 / BitConverter.Int32BitsToSingle(step);
        ushort[] words = new ushort[Length];
        for (int i = 0; i < Length; i++)
        {
            float y = MathF.FusedMultiplyAdd(scaled[i], inverse, middle + 0.5f);
            words[i] = (ushort)((((y > 0 ? (int)y : 0) ^ middle) << s) | codes[i]);
        }

        return (words, top == 0 ? 0 : (uint)(top | code), (uint)(step | (s - 7)));
    }

    /// <summary>Decodes a number.</summary>
    public static (float M, float V) Decode(ushort word, uint secondHeader, uint firstHeader)
    {
        int code = (int)secondHeader & 255;
        int delta = (8 + (code & 7)) << (code >> 3);
        int s = 7 + ((int)firstHeader & 3);
        int mask = (1 << s) - 1;
        int c = word & mask;
        int z = c == 0 ? 0 : ((int)secondHeader & ~255) - ((mask - c) * delta);
        float step = BitConverter.UInt32BitsToSingle(firstHeader & ~3u);
        return ((short)word >> s) * step * BitConverter.Int32BitsToSingle(RootScale(z)) is float m
            ? (m, BitConverter.Int32BitsToSingle(z))
            : default;
    }

    private static int Bounded(float v)
    {
        int bits = Math.Min(BitConverter.SingleToInt32Bits(v) & 0x7FFFFFFF, 0x7F7FFF00);
        return bits < 0x01000000 ? 0 : bits;
    }

    private static int RootScale(int z) => ((z >> 1) + 0x1FC00000) & 0x7F800000;
}
