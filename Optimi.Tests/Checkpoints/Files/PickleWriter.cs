using System.Buffers.Binary;
using System.Text;

namespace Optimi.Tests;

/// <summary>Writes pickles as <c>torch.save</c> does, by protocol 2.</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> _bytes = [];

    /// <summary>A whole pickle of a value.</summary>
    public static byte[] Pickle(object? value)
    {
        PickleWriter writer = new PickleWriter().Op(PickleOpcode.Protocol, 2);
        writer.Value(value);
        return writer.Op(PickleOpcode.Stop).ToArray();
    }

    public byte[] ToArray() => [.. _bytes];

    public PickleWriter Op(PickleOpcode opcode, params byte[] argument)
    {
        _bytes.Add((byte)opcode);
        _bytes.AddRange(argument);
        return this;
    }

    public PickleWriter Value(object? value)
    {
        switch (value)
        {
            case null:
                return Op(PickleOpcode.Null);
            case bool flag:
                return Op(flag ? PickleOpcode.True : PickleOpcode.False);
            case int or long:
                return Whole(Convert.ToInt64(value, null));
            case double number:
                byte[] bytes = new byte[sizeof(double)];
                BinaryPrimitives.WriteDoubleBigEndian(bytes, number);
                return Op(PickleOpcode.BinaryFloat, bytes);
            case string text:
                return Text(text);
            case object?[] tuple:
                Op(PickleOpcode.Mark);
                return All(tuple).Op(PickleOpcode.Tuple);
            case List<object?> list:
                Op(PickleOpcode.EmptyList).Op(PickleOpcode.Mark);
                return All(list).Op(PickleOpcode.Appends);
            case Dictionary<object, object?> dictionary:
                Op(PickleOpcode.EmptyDictionary).Op(PickleOpcode.Mark);
                return All(dictionary.SelectMany(item => new[] { item.Key, item.Value })).Op(PickleOpcode.SetItems);
            case PthTensor tensor:
                return Tensor(tensor);
            default:
                throw new ArgumentException($"{value.GetType()} is not written.", nameof(value));
        }
    }

    public PickleWriter Global(string module, string name) => Op(PickleOpcode.Global, Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    private PickleWriter All(IEnumerable<object?> values)
    {
        foreach (object? value in values)
            Value(value);
        return this;
    }

    private PickleWriter Whole(long value)
    {
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return value switch
        {
            >= 0 and <= byte.MaxValue => Op(PickleOpcode.BinaryInt1, bytes[..1]),
            >= 0 and <= ushort.MaxValue => Op(PickleOpcode.BinaryInt2, bytes[..2]),
            >= int.MinValue and <= int.MaxValue => Op(PickleOpcode.BinaryInt, bytes[..4]),
            _ => Op(PickleOpcode.Long1, [sizeof(long), .. bytes]),
        };
    }

    private PickleWriter Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        byte[] length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        return Op(PickleOpcode.BinaryUnicode, [.. length, .. utf8]);
    }

    private PickleWriter Tensor(PthTensor tensor)
    {
        Global("torch._utils", "_rebuild_tensor_v2").Op(PickleOpcode.Mark).Op(PickleOpcode.Mark);
        Value("storage").Global("torch", tensor.Storage + "Storage");
        All([tensor.Key, "cpu", tensor.Length]).Op(PickleOpcode.Tuple).Op(PickleOpcode.PersistentId);
        All([tensor.Offset, tensor.Shape, tensor.Strides, false]);
        Global("collections", "OrderedDict").Op(PickleOpcode.EmptyTuple).Op(PickleOpcode.Reduce);
        return Op(PickleOpcode.Tuple).Op(PickleOpcode.Reduce);
    }
}
