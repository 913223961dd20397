namespace Optimi.Tests;

/// <summary>A group of a state in 8 bits, number by number and with branches: the definition that vectors are tested against.</summary>
internal static class PlainSigned8
{
    /// <summary>Encodes a group.</summary>
    public static (sbyte[] Codes, ushort Header) Encode(float[] states)
    {
        int greatest = states.Max(state => BitConverter.SingleToInt32Bits(state) & 0x7FFFFFFF);
        if (greatest < 0x10000000)
            return (new sbyte[states.Length], 0);
        if (greatest >= 0x7F800000)
            return ([.. states.Select(state => Code(state, 0))], 0xFF80);
        int step = (BitConverter.SingleToInt32Bits(BitConverter.Int32BitsToSingle(greatest) * (float)(1.0 / 32258)) + 0x4000) >> 15;
        return ([.. states.Select(state => Code(state, 1 / BitConverter.Int32BitsToSingle(step << 15)))], (ushort)step);
    }

    /// <summary>Decodes a number.</summary>
    public static float Decode(sbyte code, ushort header)
    {
        float f = code;
        return (MathF.Abs(f) + 127) * f * BitConverter.Int32BitsToSingle(header << 15);
    }

    private static sbyte Code(float state, float inverse)
    {
        float y = MathF.Abs(state) * inverse;
        int magnitude = (int)MathF.FusedMultiplyAdd(
            MathF.Sqrt(MathF.FusedMultiplyAdd(4, y > 0 ? y : 0, 16129)), 0.5f, -63);
        return (sbyte)(float.IsNegative(state) ? -magnitude : magnitude);
    }
}
