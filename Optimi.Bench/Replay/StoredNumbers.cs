using System.Numerics;
using System.Runtime.InteropServices;

namespace Optimi.Bench;

/// <summary>Reads what is stored in few bits as the integers that it is.</summary>
internal static class StoredNumbers
{
    public static double[] Of(StoredPart part)
    {
        var bytes = new byte[part.Bytes];
        part.CopyTo(bytes);
        return part.Type switch
        {
            "U32" => Widened<uint>(bytes),
            "U16" => Widened<ushort>(bytes),
            "I16" => Widened<short>(bytes),
            _ => Widened<sbyte>(bytes),
        };
    }

    private static double[] Widened<T>(byte[] bytes)
        where T : unmanaged, INumber<T> => Array.ConvertAll(MemoryMarshal.Cast<byte, T>(bytes).ToArray(), double.CreateChecked);
}
