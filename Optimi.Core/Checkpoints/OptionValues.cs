namespace Optimi;

/// <summary>The options of a group on their way to a checkpoint or from one, by name. See <see cref="OptimizerOptions.SaveOrRestore"/>.</summary>
/// <remarks>When options are saved, each value that is asked for is kept, and returned as it is. When they are loaded, the saved value is
/// returned; where there is none, the value as it is.</remarks>
public sealed class OptionValues
{
    private readonly Dictionary<string, OptionValue> _values;
    private readonly bool _isSaving;

    private OptionValues(Dictionary<string, OptionValue> values, bool isSaving, StateConvention convention)
    {
        _values = values;
        _isSaving = isSaving;
        Convention = convention;
    }

    /// <summary>Whose options they are, in files that others read, too.</summary>
    public StateConvention Convention { get; }

    /// <summary>The values so far.</summary>
    internal IReadOnlyDictionary<string, OptionValue> All => _values;

    /// <summary>A number.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="value">Its value now.</param>
    /// <exception cref="OptionException">What was saved is something else.</exception>
    public double Number(string name, double value) => Exchange(name, new OptionValue([value], OptionKind.Number)).Numbers[0];

    /// <summary>A whole number.</summary>
    /// <inheritdoc cref="Number"/>
    public int Count(string name, int value)
    {
        double number = Number(name, value);
        return number >= int.MinValue && number <= int.MaxValue && number == Math.Floor(number)
            ? (int)number
            : throw new OptionException(FormattableString.Invariant($"Option '{name}' was saved as {number}, but it must be a whole number."));
    }

    /// <summary>A seed of 32 bits.</summary>
    /// <inheritdoc cref="Number"/>
    public uint Seed(string name, uint value)
    {
        double number = Number(name, value);
        return number >= 0 && number <= uint.MaxValue && number == Math.Floor(number)
            ? (uint)number
            : throw new OptionException(
                FormattableString.Invariant($"Option '{name}' was saved as {number}, but it must be a whole number from 0 to {uint.MaxValue}."));
    }

    /// <summary>Several numbers, always as many.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="values">Their values now.</param>
    /// <exception cref="OptionException">What was saved is something else.</exception>
    public double[] Numbers(string name, params double[] values) => Exchange(name, new OptionValue(values, OptionKind.Array)).Numbers;

    /// <summary>A choice.</summary>
    /// <inheritdoc cref="Number"/>
    public bool Flag(string name, bool value) => Exchange(name, new OptionValue([value ? 1 : 0], OptionKind.Flag)).Numbers[0] != 0;

    /// <summary>Keeps what is asked for.</summary>
    internal static OptionValues ToSave(StateConvention convention) => new([], isSaving: true, convention);

    /// <summary>Gives back what was saved.</summary>
    internal static OptionValues Saved(IEnumerable<KeyValuePair<string, OptionValue>> values, StateConvention convention) =>
        new(new(values, StringComparer.Ordinal), isSaving: false, convention);

    private OptionValue Exchange(string name, OptionValue value)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_isSaving)
            _values[name] = value;
        if (!_values.TryGetValue(name, out OptionValue? saved))
            return value;
        if (saved.Numbers.Length != value.Numbers.Length)
        {
            throw new OptionException(
                $"Option '{name}' was saved as {saved.Numbers.Length} numbers, but it has {value.Numbers.Length}: it is another optimizer's.");
        }

        return saved;
    }
}
