namespace Optimi;

/// <summary>The storage of each state of a rule; null for one that is not kept. Equal if all are.</summary>
internal readonly record struct StateTypes(DType? First, DType? Second, DType? Third, DType? Fourth)
{
    /// <summary>The most states that a rule can have.</summary>
    public const int Count = 4;

    public DType? this[int state] => state switch
    {
        0 => First,
        1 => Second,
        2 => Third,
        3 => Fourth,
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>Asks for each state of a rule.</summary>
    public static StateTypes Of(int states, Func<int, DType?> storageOf)
    {
        return new(At(0), At(1), At(2), At(3));

        DType? At(int state) => state < states ? storageOf(state) : null;
    }
}
