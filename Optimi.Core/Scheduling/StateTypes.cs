namespace Optimi;

/// <summary>
/// The storage of each state of a rule; null for one that is not kept. Equal if all are, which is found out without allocating.
/// </summary>
internal readonly record struct StateTypes
{
    /// <summary>The most states that a rule can have.</summary>
    public const int Count = 4;

    private const int BitsPerState = 8;

    /// <summary>Of each state 0 if it is not kept, else one more than its type.</summary>
    private readonly int _packed;

    private StateTypes(int packed) => _packed = packed;

    public DType? this[int state] => ((_packed >> (state * BitsPerState)) & ((1 << BitsPerState) - 1)) switch
    {
        0 => null,
        int code => (DType)(code - 1),
    };

    /// <summary>Whether a state is narrower than float32. An optimizer's is only under a narrow parameter.</summary>
    public bool HasLowPrecision
    {
        get
        {
            for (int state = 0; state < Count; state++)
            {
                if (this[state]?.IsLowPrecision() == true)
                    return true;
            }

            return false;
        }
    }

    /// <summary>The storage of a rule's one state.</summary>
    public static StateTypes One(DType stored) => new((int)stored + 1);

    /// <summary>Asks the options for each state of a rule.</summary>
    public static StateTypes Of(OptimizerOptions options, int states, DType parameter, bool compensated)
    {
        int packed = 0;
        for (int state = 0; state < states; state++)
        {
            if (options.StorageOf(state, parameter, compensated) is not DType stored)
                continue;
            if (!Enum.IsDefined(stored))
            {
                throw new OptionException(FormattableString.Invariant(
                    $"{options.GetType().Name} store state {state} as {(int)stored}, which is no storage type."));
            }

            packed |= ((int)stored + 1) << (state * BitsPerState);
        }

        return new(packed);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        StateTypes types = this;
        return $"[{string.Join(", ", Enumerable.Range(0, Count).Select(state => types[state]?.ToString() ?? "-"))}]";
    }
}
