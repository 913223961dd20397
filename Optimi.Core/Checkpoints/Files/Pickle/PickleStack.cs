using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>The stack and the memory of an <see cref="Unpickler"/>.</summary>
/// <param name="name">What the file is called in messages.</param>
internal sealed class PickleStack(string name)
{
    /// <summary>A value may take one byte of a file and forty of memory. A model of a million tensors needs fewer.</summary>
    private const int MostValues = 30_000_000;

    private readonly List<object?> _values = [];
    private readonly Stack<int> _marks = [];
    private readonly Dictionary<uint, object?> _memory = [];
    private int _pushed;

    /// <summary>How many values there are above the last mark.</summary>
    private int Count => _values.Count - (_marks.TryPeek(out int mark) ? mark : 0);

    public void Push(object? value)
    {
        _values.Add(value);
        _pushed++;
        if (_pushed > MostValues)
            throw PickleError.TooMuch(name, FormattableString.Invariant($"has more than the {MostValues} values that are read"));
    }

    public object? Peek() => Count > 0 ? _values[^1] : throw PickleError.Malformed(name, "takes a value where there is none");

    public object? Pop()
    {
        object? value = Peek();
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    /// <summary>Takes the last values.</summary>
    public object?[] Pop(int count)
    {
        if (Count < count)
            throw PickleError.Malformed(name, "takes a value where there is none");
        object?[] values = CollectionsMarshal.AsSpan(_values)[^count..].ToArray();
        _values.RemoveRange(_values.Count - count, count);
        return values;
    }

    /// <summary>Takes the last value, which must be of a type.</summary>
    public T Pop<T>()
        where T : class =>
        Pop() as T ?? throw PickleError.Malformed(name, "has a value of the wrong type");

    /// <summary>Looks at the last value, which must be of a type.</summary>
    public T Peek<T>()
        where T : class =>
        Peek() as T ?? throw PickleError.Malformed(name, "has a value of the wrong type");

    public void Mark() => _marks.Push(_values.Count);

    /// <summary>Takes the values above the last mark, and the mark.</summary>
    public object?[] PopToMark()
    {
        if (_marks.Count == 0)
            throw PickleError.Malformed(name, "takes a mark where there is none");
        object?[] values = Pop(Count);
        _marks.Pop();
        return values;
    }

    /// <summary>Takes the last of all values.</summary>
    public object? PopLast() =>
        _values.Count == 1 && _marks.Count == 0 ? Pop() : throw PickleError.Malformed(name, "ends where a value is not whole");

    /// <summary>Remembers the last value.</summary>
    public void Remember(uint number) => _memory[number] = Peek();

    /// <summary>Remembers the last value under the next number.</summary>
    public void Remember() => Remember((uint)_memory.Count);

    public object? Recall(uint number) =>
        _memory.TryGetValue(number, out object? value) ? value : throw PickleError.Malformed(name, "recalls what it never remembered");
}
