using System.Collections;
using System.Runtime.CompilerServices;

namespace Optimi;

/// <summary>A number for all groups of an optimizer, or one for each: <c>0.1</c> or <c>[0.1, 0.01]</c>.</summary>
[CollectionBuilder(typeof(PerGroup), nameof(Of))]
public sealed class PerGroup : IEnumerable<double>
{
    private readonly double[] _values;
    private readonly bool _isForAll;

    private PerGroup(double[] values, bool isForAll)
    {
        _values = values;
        _isForAll = isForAll;
    }

    /// <summary>One number for all groups.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator PerGroup(double value) => new([value], isForAll: true);

    /// <summary>A number for each group.</summary>
    /// <param name="values">The numbers, in the order of the groups; they are copied.</param>
    public static implicit operator PerGroup(double[] values) => Of(values);

    /// <summary>A number for each group.</summary>
    /// <param name="values">The numbers, in the order of the groups; they are copied.</param>
    public static PerGroup Of(ReadOnlySpan<double> values) => new(values.ToArray(), isForAll: false);

    /// <inheritdoc/>
    public IEnumerator<double> GetEnumerator() => _values.AsEnumerable().GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The number of each group.</summary>
    /// <exception cref="OptionException">They are not as many as the groups.</exception>
    internal double[] For(int groups, string option)
    {
        if (_isForAll)
            return [.. Enumerable.Repeat(_values[0], groups)];
        return _values.Length == groups
            ? _values
            : throw new OptionException(
                $"{option} has {_values.Length} numbers, but the optimizer has {groups} groups; give one number for all, or one for each.");
    }
}
