using System.Diagnostics.CodeAnalysis;

namespace Optimi;

public abstract partial class Optimizer
{
    private SwappedValues? _swapped;

    /// <summary>
    /// Weight averaging: the share of its old value that the average of each number keeps in a step, such as 0.999; at least 0 and below
    /// 1. Averages are float32 numbers <c>e = e + (1 - decay) (p - e)</c> of the parameters p after each step that updates them, whole:
    /// with their Kahan compensation. They begin as the parameters before the first such step, and cost no launch of their own. Null, the
    /// default: there are none.
    /// </summary>
    /// <remarks>
    /// It can be set between steps. Another number costs nothing. Averages that are switched on later begin in the next step; switching them
    /// off frees them, and views of them. Both replace launches, so that the step after it allocates and, on a GPU, may wait for the
    /// compiler. Polyak, Juditsky, <see href="https://doi.org/10.1137/0330046">Acceleration of stochastic approximation by
    /// averaging</see>.
    /// </remarks>
    /// <exception cref="OptionException">The value is below 0, or 1 or above; it is null while the averages are swapped in; or the rule has a
    /// state of the average's name.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    public double? AverageDecay
    {
        get => Around.AverageDecay;
        set
        {
            if (value is double decay)
                Guard.MovingAverage(decay, nameof(AverageDecay));
            lock (Device.Gate)
            {
                ThrowIfDisposed();
                if (value is null)
                    CheckNotSwapped($"{nameof(AverageDecay)} cannot be null");
                if (value.HasValue == AverageDecay.HasValue)
                    Around.AverageDecay = value;
                else
                    SwitchAverages(value);
            }
        }
    }

    /// <summary>
    /// Puts the averages, rounded to the parameters' storage (nearest, ties to even), in place of the values, for an evaluation. A parameter
    /// whose average has not begun keeps its values. The values wait in memory of the device, as much as they take, which is freed when
    /// they are swapped back, to the bit; states and Kahan compensations stay where they are.
    /// </summary>
    /// <remarks>Until then steps, and writing values, are errors; reading is not. A view of the values shows the averages: do not write
    /// to it.</remarks>
    /// <returns>What swaps the values back when it is disposed of, unless that was done already.</returns>
    /// <exception cref="OptionException">There are no averages, or they are swapped in already.</exception>
    /// <exception cref="ParameterException">Another optimizer has swapped in its averages of a parameter.</exception>
    /// <exception cref="DeviceException">The device has no memory left, or a kernel does not compile; the values are as they
    /// were.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    [RequiresDynamicCode(CodeNeeds.ClosedTypes)]
    public IDisposable SwapIn()
    {
        lock (Device.Gate)
        {
            ThrowIfDisposed();
            CheckNotSwapped("they cannot be swapped in again");
            if (AverageDecay is null)
            {
                throw new OptionException(
                    $"There are no averages to swap in, since {nameof(AverageDecay)} is null; set it, to 0.999 for example, before training.");
            }

            return _swapped = SwappedValues.In(this, BegunAverages());
        }
    }

    /// <summary>Puts the values back that <see cref="SwapIn"/> took away, to the bit. If the averages are not swapped in, it does
    /// nothing.</summary>
    public void SwapOut()
    {
        lock (Device.Gate)
        {
            SwappedValues? swapped = _swapped;
            _swapped = null;
            swapped?.Out();
        }
    }

    /// <summary>Puts back the values that were swapped, if they still are.</summary>
    internal void SwapOutOf(SwappedValues swapped)
    {
        lock (Device.Gate)
        {
            if (swapped == _swapped)
                SwapOut();
        }
    }

    /// <summary>Checks that the values are the parameters' own.</summary>
    /// <exception cref="OptionException">The averages are swapped in.</exception>
    private protected void CheckNotSwapped(string what)
    {
        if (_swapped is not null)
        {
            throw new OptionException(
                $"The averages are in place of the values, so {what}; call {nameof(SwapOut)}(), or dispose of what {nameof(SwapIn)}() gave,"
                + " before.");
        }
    }

    /// <summary>Checks that a step may be made.</summary>
    /// <exception cref="OptionException">The averages are swapped in.</exception>
    /// <exception cref="ParameterException">Another optimizer's averages of a parameter are.</exception>
    private protected void CheckCanStep()
    {
        CheckWhole();
        CheckNotSwapped("there can be no step");
        if (Device.SwappedParameters == 0)
            return;
        foreach (ParameterGroup group in _groups)
        {
            foreach (Parameter parameter in group.Parameters)
                parameter.CheckNotSwapped();
        }
    }

    private void SwitchAverages(double? decay)
    {
        double? before = AverageDecay;
        using var transaction = new Transaction();
        transaction.OnRollback(() => Around.AverageDecay = before);
        Around.AverageDecay = decay;
        SwitchAverages(transaction);
        transaction.Commit();
    }

    /// <summary>Begins to keep averages, or ceases to, as is said of steps now.</summary>
    private protected abstract void SwitchAverages(Transaction transaction);

    /// <summary>The parameters whose averages have begun.</summary>
    private protected abstract IReadOnlyList<LaunchTensor> BegunAverages();
}
