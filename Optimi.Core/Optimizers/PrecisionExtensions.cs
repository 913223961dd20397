namespace Optimi;

/// <summary>Sets the options of a <see cref="Precision"/>.</summary>
public static class PrecisionExtensions
{
    /// <summary>
    /// The options with those of a precision: <see cref="OptimizerOptions.Kahan"/>, <see cref="OptimizerOptions.StateDType"/>,
    /// <see cref="OptimizerOptions.CompressedStates"/> and <see cref="OptimizerOptions.MasterWeightBits"/> are set, all others stay. Single
    /// ones are changed afterwards by <c>with</c>.
    /// </summary>
    /// <typeparam name="TOptions">The type of the options, which stays.</typeparam>
    /// <param name="options">The options.</param>
    /// <param name="precision">The precision.</param>
    /// <exception cref="ArgumentNullException">The options are null.</exception>
    /// <exception cref="OptionException">There is no such precision.</exception>
    public static TOptions With<TOptions>(this TOptions options, Precision precision)
        where TOptions : OptimizerOptions
    {
        ArgumentNullException.ThrowIfNull(options);
        TOptions plain = options with { Kahan = null, StateDType = null, CompressedStates = false, MasterWeightBits = null };
        return precision switch
        {
            Precision.Kahan => plain with { Kahan = true },
            Precision.Mixed => plain with { StateDType = DType.Float32, MasterWeightBits = 32 },
            Precision.MasterWeights => plain with { MasterWeightBits = 32 },
            Precision.Compressed => plain with { CompressedStates = true, MasterWeightBits = 24 },
            Precision.Smallest => plain with { CompressedStates = true, MasterWeightBits = 16 },
            _ => throw new OptionException(FormattableString.Invariant(
                $"{nameof(Precision)} is {(int)precision}, which is none; choose from {string.Join(", ", Enum.GetNames<Precision>())}.")),
        };
    }
}
