using static Optimi.PickleOpcode;

namespace Optimi;

/// <summary>
/// Reads a pickle that holds tensors, numbers, texts, lists and dictionaries, and refuses any other: no type that a file names is ever
/// created. Time and memory grow as the pickle does.
/// </summary>
/// <remarks>Lists become <see cref="List{T}"/>, tuples arrays, whole numbers <see cref="long"/>, None null.</remarks>
internal sealed class Unpickler
{
    private const byte MostProtocol = 5;

    private readonly string _name;
    private readonly PickleReader _reader;
    private readonly PickleStack _stack;
    private readonly PickleCalls _calls;

    private Unpickler(string name, byte[] pickle)
    {
        _name = name;
        _reader = new PickleReader(name, pickle);
        _stack = new PickleStack(name);
        _calls = new PickleCalls(name);
    }

    /// <summary>Reads a pickle.</summary>
    /// <param name="name">What the file is called in messages.</param>
    /// <param name="pickle">The pickle.</param>
    /// <exception cref="CheckpointFormatException">It is damaged, or holds something else.</exception>
    public static object? Read(string name, byte[] pickle) => new Unpickler(name, pickle).Read();

    private object? Read()
    {
        while (true)
        {
            int at = _reader.Position;
            var opcode = (PickleOpcode)_reader.ReadByte();
            if (opcode == Stop)
                break;
            if (!TryScalar(opcode) && !TryContainer(opcode) && !TryObject(opcode))
                throw Unknown(opcode, at);
        }

        return _reader.IsAtEnd ? _stack.PopLast() : throw PickleError.Malformed(_name, "goes on after its end");
    }

    private bool TryScalar(PickleOpcode opcode)
    {
        object? value;
        switch (opcode)
        {
            case Null:
                value = null;
                break;
            case True or False:
                value = opcode == True;
                break;
            case BinaryInt:
                value = (long)_reader.ReadInt32();
                break;
            case BinaryInt1:
                value = (long)_reader.ReadByte();
                break;
            case BinaryInt2:
                value = (long)_reader.ReadUInt16();
                break;
            case Long1:
                value = _reader.ReadLong(_reader.ReadByte());
                break;
            case BinaryFloat:
                value = _reader.ReadDouble();
                break;
            case ShortUnicode:
                value = _reader.ReadText(_reader.ReadByte());
                break;
            case BinaryUnicode:
                value = _reader.ReadText(_reader.ReadUInt32());
                break;
            case LongUnicode:
                value = _reader.ReadText(_reader.ReadUInt64());
                break;
            default:
                return false;
        }

        _stack.Push(value);
        return true;
    }

    private bool TryContainer(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case Mark:
                _stack.Mark();
                break;
            case EmptyList:
                _stack.Push(new List<object?>());
                break;
            case EmptyDictionary:
                _stack.Push(new PickleDictionary());
                break;
            case EmptyTuple:
                _stack.Push(Array.Empty<object?>());
                break;
            case Tuple1 or Tuple2 or Tuple3:
                _stack.Push(_stack.Pop(opcode - Tuple1 + 1));
                break;
            case PickleOpcode.Tuple:
                _stack.Push(_stack.PopToMark());
                break;
            case Append:
                Extend(_stack.Pop(1));
                break;
            case Appends:
                Extend(_stack.PopToMark());
                break;
            case SetItem:
                Set(_stack.Pop(2));
                break;
            case SetItems:
                Set(_stack.PopToMark());
                break;
            default:
                return false;
        }

        return true;
    }

    private bool TryObject(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case Protocol:
                if (_reader.ReadByte() > MostProtocol)
                    throw PickleError.Malformed(_name, "is of a newer protocol than 5");
                break;
            case Frame:
                // Says how much a reader may read ahead; all of it is here already.
                _reader.ReadUInt64();
                break;
            case BinaryPut:
                _stack.Remember(_reader.ReadByte());
                break;
            case LongBinaryPut:
                _stack.Remember(_reader.ReadUInt32());
                break;
            case Memoize:
                _stack.Remember();
                break;
            case BinaryGet:
                _stack.Push(_stack.Recall(_reader.ReadByte()));
                break;
            case LongBinaryGet:
                _stack.Push(_stack.Recall(_reader.ReadUInt32()));
                break;
            case Global:
                string module = _reader.ReadLine();
                _stack.Push(PickleGlobal.Find(_name, module, _reader.ReadLine()));
                break;
            case StackGlobal:
                string name = _stack.Pop<string>();
                _stack.Push(PickleGlobal.Find(_name, _stack.Pop<string>(), name));
                break;
            case PersistentId:
                _stack.Push(_calls.Load(_stack.Pop<object?[]>()));
                break;
            case Reduce:
                object?[] arguments = _stack.Pop<object?[]>();
                _stack.Push(_calls.Call(_stack.Pop<PickleGlobal>(), arguments));
                break;
            case Build:
                // Attributes of a dictionary: PyTorch's modules keep their versions there. No tensor needs them.
                _stack.Pop();
                _stack.Peek<PickleDictionary>();
                break;
            default:
                return false;
        }

        return true;
    }

    private void Extend(object?[] items) => _stack.Peek<List<object?>>().AddRange(items);

    private void Set(object?[] items)
    {
        PickleDictionary dictionary = _stack.Peek<PickleDictionary>();
        if (items.Length % 2 != 0)
            throw PickleError.Malformed(_name, "has a key without a value");
        for (int i = 0; i < items.Length; i += 2)
            dictionary.Items.Add(new KeyValuePair<object?, object?>(items[i], items[i + 1]));
    }

    private CheckpointFormatException Unknown(PickleOpcode opcode, int at) => opcode switch
    {
        BinaryBytes or ShortBinaryBytes or LongBinaryBytes or ByteArray => PickleError.NotRead(_name, "a bytes object"),
        EmptySet or FrozenSet => PickleError.NotRead(_name, "a set"),
        _ => PickleError.Malformed(_name, FormattableString.Invariant(
            $"has the opcode 0x{(byte)opcode:x2} at {at}, which PyTorch does not write for them")),
    };
}
