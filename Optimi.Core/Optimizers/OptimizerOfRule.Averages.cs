using Optimi.Kernels;

namespace Optimi;

public partial class Optimizer<TRule>
{
    /// <inheritdoc/>
    private protected override void SwitchAverages(Transaction transaction)
    {
        if (TRule.StateNames.Contains(StateName.Average))
        {
            throw new OptionException(
                $"Rule {typeof(TRule).Name} has a state '{StateName.Average}', as averages are called; give it another name.");
        }

        Settle();
        _schedule.SwitchAverages(transaction);
    }

    /// <inheritdoc/>
    private protected override IReadOnlyList<LaunchTensor> BegunAverages()
    {
        Settle();
        foreach (ScheduledLaunch<TRule> launch in _schedule.Launches)
        {
            launch.ThrowIfDisposed();
            launch.CountSteps();
        }

        return [.. _schedule.Launches.SelectMany(launch => launch.Tensors).Where(tensor => tensor.IsAverageBegun)];
    }

    /// <summary>The average of a tensor, for reading and writing.</summary>
    private AverageStorage AverageOf(LaunchTensor tensor)
    {
        return new AverageStorage(this, tensor, OnWritten);

        void OnWritten()
        {
            Settle();
            if (_schedule.TryGet(tensor, out ScheduledLaunch<TRule>? launch))
                launch.BeginAverage(tensor);
        }
    }
}
