namespace Optimi;

/// <summary>The checks that schedules share, beside those of options.</summary>
internal static class ScheduleGuard
{
    /// <summary>Checks a number of steps.</summary>
    /// <exception cref="OptionException">It is below the least.</exception>
    public static void AtLeast(int least, int value, string option)
    {
        if (value < least)
            throw new OptionException(FormattableString.Invariant($"{option} is {value}, but it must be at least {least}."));
    }

    /// <summary>Checks a share that must not be zero.</summary>
    /// <exception cref="OptionException">It is not above 0, or is above 1.</exception>
    public static void Share(double value, string option)
    {
        if (!(value > 0 && value <= 1))
            throw new OptionException(FormattableString.Invariant($"{option} is {value}, but it must be above 0 and at most 1."));
    }

    /// <summary>Checks a choice.</summary>
    /// <exception cref="OptionException">There is no such choice.</exception>
    public static void Defined<TEnum>(TEnum value, string option)
        where TEnum : struct, Enum
    {
        if (!Enum.IsDefined(value))
            throw new OptionException($"{option} is {value}, but it must be one of {string.Join(", ", Enum.GetNames<TEnum>())}.");
    }

    /// <summary>Checks numbers of groups.</summary>
    /// <exception cref="OptionException">One is negative or not finite.</exception>
    public static double[] NotNegative(double[] values, string option)
    {
        foreach (double value in values)
            Guard.NotNegative(value, option);
        return values;
    }
}
