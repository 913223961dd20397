using Optimi.Kernels;

namespace Optimi;

/// <summary>What the formats of slots mean for memory and for kernels: the one table of it.</summary>
internal static class SlotFormats
{
    /// <summary>The format of a storage type.</summary>
    public static SlotFormat Of(DType dtype) => (SlotFormat)dtype;

    /// <summary>The storage type, if it is one.</summary>
    public static DType? DType(this SlotFormat format) => format <= SlotFormat.Float16 ? (DType)format : null;

    /// <summary>Bytes of a number; 0 if none is stored.</summary>
    public static int Bytes(this SlotFormat format) => format switch
    {
        SlotFormat.Float32 => sizeof(float),
        SlotFormat.Signed8 or SlotFormat.Signed8ByPair or SlotFormat.LowBits8 => sizeof(byte),
        SlotFormat.Pair16Second or SlotFormat.Headers => 0,
        _ => sizeof(ushort),
    };

    /// <summary>Whether memory goes on to the end of a tensor's last tile, whoever owns it: a step reads and writes all of it.</summary>
    public static bool CoversTiles(this SlotFormat format) => format is SlotFormat.Pair16 or SlotFormat.Signed8 or SlotFormat.Signed8ByPair
        or SlotFormat.LowBits8 or SlotFormat.Headers;

    /// <summary>How it is stored in groups, if it is.</summary>
    public static StateFormat Grouped(this SlotFormat format) => format switch
    {
        SlotFormat.Pair16 => StateFormat.FirstOfPair,
        SlotFormat.Pair16Second => StateFormat.SecondOfPair,
        SlotFormat.Signed8 => StateFormat.Signed,
        SlotFormat.Signed8ByPair => StateFormat.SignedByPair,
        _ => StateFormat.Numbers,
    };

    /// <summary>Bytes of a tile's headers.</summary>
    public static int HeaderBytesPerTile(this SlotFormat format) => format switch
    {
        SlotFormat.Pair16 => Pair16.HeaderBytesPerTile,
        SlotFormat.Signed8 or SlotFormat.Signed8ByPair => Signed8.HeaderBytesPerTile,
        _ => 0,
    };
}
