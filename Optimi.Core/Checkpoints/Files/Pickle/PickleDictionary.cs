namespace Optimi;

/// <summary>A dictionary of a pickle, in its order. Its keys may be anything, and one may be there twice.</summary>
internal sealed class PickleDictionary
{
    /// <summary>The keys and values.</summary>
    public List<KeyValuePair<object?, object?>> Items { get; } = [];
}
