namespace Optimi;

internal sealed partial class LaunchSchedule<TRule>
{
    private readonly List<AverageMemory> _averages = [];

    /// <summary>As part of something larger: begins to keep averages, or ceases to, as is said of steps now. Launches of the new kernel
    /// variants take the place of those that there are; states and counters stay.</summary>
    /// <exception cref="DeviceException">The device has no memory left.</exception>
    public void SwitchAverages(Transaction transaction)
    {
        ScheduledLaunch<TRule>[] before = [.. _launches];
        AverageMemory[] averages = [.. _averages];
        foreach (ScheduledLaunch<TRule> launch in before)
        {
            launch.ThrowIfDisposed();
            launch.CountSteps();
        }

        transaction.OnRollback(() => Launch(before));
        // Without addresses a launch has each slot in one buffer: one for each memory of states, or less if averages take larger pieces.
        List<ScheduledLaunch<TRule>> launches = [];
        foreach (IGrouping<object, LaunchTensor> together in
            from launch in before
            from tensor in launch.Tensors
            group tensor by device.HasAddresses ? launch : (object)tensor.States!)
        {
            LaunchTensor[] tensors = [.. together];
            SlotLayout layout = LayoutOf(tensors[0]);
            foreach (ArraySegment<LaunchTensor> part in PartsOf(layout, tensors))
            {
                if (layout.Averaged)
                    AllocateAverages(part, transaction);
                if (!device.HasAddresses)
                    launches.Add(transaction.Add(new ScheduledLaunch<TRule>(device, layout, part, around)));
            }

            if (device.HasAddresses)
                launches.Add(transaction.Add(new ScheduledLaunch<TRule>(device, layout, tensors, around)));
        }

        Launch(launches);
        transaction.OnCommit(() =>
        {
            Array.ForEach(before, launch => launch.Dispose());
            Array.ForEach(averages, Free);
        });
    }

    /// <summary>The kernel variant of a tensor.</summary>
    private SlotLayout LayoutOf(LaunchTensor tensor) => tensor.Layout with { Averaged = around.AverageDecay is not null };

    /// <summary>Cuts tensors, so that the averages of each part fit one piece of memory.</summary>
    private IEnumerable<ArraySegment<LaunchTensor>> PartsOf(SlotLayout layout, LaunchTensor[] tensors) =>
        layout.Averaged ? StateMemory.Cut(device, layout, tensors) : [tensors];

    private void AllocateAverages(ArraySegment<LaunchTensor> tensors, Transaction transaction)
    {
        transaction.OnRollback(() =>
        {
            foreach (LaunchTensor tensor in tensors)
                tensor.ForgetAverage();
        });
        AverageMemory averages = transaction.Add(new AverageMemory(device, tensors));
        _averages.Add(averages);
        transaction.OnRollback(() => _averages.Remove(averages));
    }

    private void Free(AverageMemory averages)
    {
        _averages.Remove(averages);
        foreach (LaunchTensor tensor in _launchOf.Keys)
        {
            if (tensor.Averages == averages)
                tensor.ForgetAverage();
        }

        averages.Dispose();
    }

    /// <summary>Lets launches step all tensors that have one, in place of those that did.</summary>
    private void Launch(IReadOnlyCollection<ScheduledLaunch<TRule>> launches)
    {
        _launches.Clear();
        _launches.AddRange(launches);
        foreach (ScheduledLaunch<TRule> launch in launches)
        {
            launch.NumberTensors();
            foreach (LaunchTensor tensor in launch.Tensors)
                _launchOf[tensor] = launch;
        }
    }
}
