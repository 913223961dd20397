namespace Optimi;

/// <summary>The opcodes of pickles, up to protocol 5, that dictionaries, lists, numbers, texts and tensors need.</summary>
/// <remarks>They are described in Python's
/// <see href="https://github.com/python/cpython/blob/main/Lib/pickletools.py">pickletools.py</see>.</remarks>
internal enum PickleOpcode : byte
{
    /// <summary>Not one of them.</summary>
    None = 0,
    Mark = (byte)'(',
    Stop = (byte)'.',
    EmptyTuple = (byte)')',
    BinaryFloat = (byte)'G',
    BinaryInt = (byte)'J',
    BinaryInt1 = (byte)'K',
    BinaryInt2 = (byte)'M',
    Null = (byte)'N',
    PersistentId = (byte)'Q',
    Reduce = (byte)'R',
    BinaryUnicode = (byte)'X',
    EmptyList = (byte)']',
    Append = (byte)'a',
    Build = (byte)'b',
    Global = (byte)'c',
    Appends = (byte)'e',
    BinaryGet = (byte)'h',
    LongBinaryGet = (byte)'j',
    BinaryPut = (byte)'q',
    LongBinaryPut = (byte)'r',
    SetItem = (byte)'s',
    Tuple = (byte)'t',
    SetItems = (byte)'u',
    EmptyDictionary = (byte)'}',
    Protocol = 0x80,
    Tuple1 = 0x85,
    Tuple2 = 0x86,
    Tuple3 = 0x87,
    True = 0x88,
    False = 0x89,
    Long1 = 0x8a,
    ShortUnicode = 0x8c,
    LongUnicode = 0x8d,
    StackGlobal = 0x93,
    Memoize = 0x94,
    Frame = 0x95,

    // These are known so that the error can say what is not read.
    BinaryBytes = (byte)'B',
    ShortBinaryBytes = (byte)'C',
    LongBinaryBytes = 0x8e,
    EmptySet = 0x8f,
    FrozenSet = 0x91,
    ByteArray = 0x96,
}
