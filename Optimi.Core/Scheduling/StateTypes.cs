namespace Optimi;

/// <summary>
/// The format of each state of a rule; null for one that is not kept. Equal if all are, which is found out without allocating.
/// </summary>
internal readonly record struct StateTypes
{
    /// <summary>The most states that a rule can have.</summary>
    public const int Count = 4;

    private const int BitsPerState = 8;

    /// <summary>Of each state 0 if it is not kept, else one more than its format.</summary>
    private readonly int _packed;

    private StateTypes(int packed) => _packed = packed;

    public SlotFormat? this[int state] => ((_packed >> (state * BitsPerState)) & ((1 << BitsPerState) - 1)) switch
    {
        0 => null,
        int code => (SlotFormat)(code - 1),
    };

    /// <summary>Whether a state is narrower than float32. An optimizer's is only under a narrow parameter, or in groups.</summary>
    public bool HasLowPrecision
    {
        get
        {
            for (int state = 0; state < Count; state++)
            {
                if (this[state] is SlotFormat format and not SlotFormat.Float32)
                    return true;
            }

            return false;
        }
    }

    /// <summary>Bytes of a tile that the headers of all groups take.</summary>
    public int HeaderBytesPerTile
    {
        get
        {
            int bytes = 0;
            for (int state = 0; state < Count; state++)
                bytes += this[state]?.HeaderBytesPerTile() ?? 0;
            return bytes;
        }
    }

    /// <summary>These, with states that are stored in groups as float32 numbers.</summary>
    public StateTypes Decoded
    {
        get
        {
            StateTypes decoded = this;
            for (int state = 0; state < Count; state++)
            {
                if (this[state] is SlotFormat format && format.DType() is null)
                    decoded = decoded.With(state, SlotFormat.Float32);
            }

            return decoded;
        }
    }

    /// <summary>The storage of a rule's one state.</summary>
    public static StateTypes One(DType stored) => default(StateTypes).With(0, SlotFormats.Of(stored));

    /// <summary>These, but for the format of a state.</summary>
    public StateTypes With(int state, SlotFormat format)
    {
        int shift = state * BitsPerState;
        return new((_packed & ~(((1 << BitsPerState) - 1) << shift)) | (((int)format + 1) << shift));
    }

    /// <summary>Asks the options for each state of a rule.</summary>
    public static StateTypes Of(OptimizerOptions options, int states, DType parameter, bool compensated)
    {
        StateTypes types = default;
        for (int state = 0; state < states; state++)
        {
            if (options.StateDTypeOf(state, parameter, compensated) is not DType stored)
                continue;
            if (!Enum.IsDefined(stored))
            {
                throw new OptionException(FormattableString.Invariant(
                    $"{options.GetType().Name} store state {state} as {(int)stored}, which is no storage type."));
            }

            types = types.With(state, SlotFormats.Of(stored));
        }

        return types;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        StateTypes types = this;
        return $"[{string.Join(", ", Enumerable.Range(0, Count).Select(state => types[state]?.ToString() ?? "-"))}]";
    }
}
