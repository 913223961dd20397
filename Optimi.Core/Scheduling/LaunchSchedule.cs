using System.Diagnostics.CodeAnalysis;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// Which tensors of an optimizer are stepped by which launch. A tensor gets its states, and a launch, when it is first needed and not
/// frozen. On devices with addresses all tensors of a kernel variant share one launch, whenever they came and whoever owns their memory;
/// on others those do whose values lie in one buffer and that came together.
/// </summary>
internal sealed partial class LaunchSchedule<TRule>(ComputeDevice device, StepSurroundings around) : IDisposable
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    private readonly Dictionary<LaunchTensor, ScheduledLaunch<TRule>> _launchOf = [];
    private readonly List<ScheduledLaunch<TRule>> _launches = [];
    private readonly List<StateMemory> _states = [];
    private readonly List<LaunchTensor> _withoutLaunch = [];
    private readonly Transaction _transaction = new();

    /// <summary>The launches so far.</summary>
    public List<ScheduledLaunch<TRule>> Launches => _launches;

    /// <summary>Bytes allocated for states and averages.</summary>
    public long StateBytes => _states.Sum(states => states.Bytes) + _averages.Sum(averages => averages.Bytes);

    /// <summary>Adds a tensor.</summary>
    public void Add(LaunchTensor tensor) => _withoutLaunch.Add(tensor);

    /// <summary>Finds a tensor's launch.</summary>
    /// <returns>Whether it has one.</returns>
    public bool TryGet(LaunchTensor tensor, [MaybeNullWhen(false)] out ScheduledLaunch<TRule> launch) =>
        _launchOf.TryGetValue(tensor, out launch);

    /// <summary>Begins the transaction that is used again and again; another one if options or listeners call back within it.</summary>
    public Transaction Begin() => (_transaction.IsOpen ? new Transaction() : _transaction).Begin();

    /// <summary>Gives launches to the tensors that have none yet and are not frozen, by themselves.</summary>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    public void Complete()
    {
        using Transaction transaction = Begin();
        Complete(transaction);
        transaction.Commit();
    }

    /// <summary>Gives launches to the tensors that have none yet, but to frozen ones only if they are among those named.</summary>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    public void Complete(HashSet<LaunchTensor> frozen)
    {
        using Transaction transaction = Begin();
        List<LaunchTensor> tensors = _withoutLaunch.FindAll(tensor => !tensor.Parameter.Frozen || frozen.Contains(tensor));
        if (tensors.Count > 0)
            Launch(tensors, transaction);
        transaction.Commit();
    }

    /// <summary>As part of something larger: gives launches to the tensors that have none yet and are not frozen.</summary>
    public void Complete(Transaction transaction)
    {
        foreach (ScheduledLaunch<TRule> launch in _launches)
            launch.ThrowIfDisposed();
        if (_withoutLaunch.Count > 0 && _withoutLaunch.Exists(tensor => !tensor.Parameter.Frozen))
            Launch(_withoutLaunch.FindAll(tensor => !tensor.Parameter.Frozen), transaction);
    }

    public void Dispose()
    {
        foreach (ScheduledLaunch<TRule> launch in _launches)
            launch.Dispose();
        foreach (StateMemory states in _states)
            states.Dispose();
        foreach (AverageMemory averages in _averages)
            averages.Dispose();
        _launches.Clear();
        _launchOf.Clear();
        _states.Clear();
        _averages.Clear();
    }

    private void Launch(List<LaunchTensor> tensors, Transaction transaction)
    {
        foreach (ParameterBuffer buffer in tensors.Select(tensor => tensor.Parameter.Buffer).Distinct())
            buffer.PlaceAll(transaction);
        foreach (IGrouping<(SlotLayout Layout, MemoryBuffer? Values), LaunchTensor> alike in tensors.GroupBy(
            tensor => (LayoutOf(tensor), tensor.Parameter.ValuePlace.Buffer)))
        {
            // In the order of memory, so that tensors of one group are walked as one run.
            LaunchTensor[] ordered = [.. alike.OrderBy(tensor => tensor.Parameter.ValuePlace.At)];
            foreach (ArraySegment<LaunchTensor> withStates in StateMemory.Cut(device, alike.Key.Layout, ordered))
            {
                Allocate(alike.Key.Layout, withStates, transaction);
                if (!device.HasAddresses)
                    Launch(alike.Key.Layout, withStates, transaction);
            }

            if (device.HasAddresses)
                Launch(alike.Key.Layout, ordered, transaction);
        }

        _withoutLaunch.RemoveAll(_launchOf.ContainsKey);
        transaction.OnRollback(() => _withoutLaunch.AddRange(tensors));
    }

    private void Allocate(SlotLayout layout, ArraySegment<LaunchTensor> tensors, Transaction transaction)
    {
        var states = transaction.Add(new StateMemory(device, layout with { Averaged = false }, tensors));
        _states.Add(states);
        transaction.OnRollback(() => _states.Remove(states));
        if (layout.Averaged)
            AllocateAverages(tensors, transaction);
    }

    private void Launch(SlotLayout layout, IReadOnlyList<LaunchTensor> tensors, Transaction transaction)
    {
        ScheduledLaunch<TRule>? before = device.HasAddresses ? _launches.Find(launch => launch.Layout == layout) : null;
        before?.CountSteps();
        var launch = transaction.Add(new ScheduledLaunch<TRule>(device, layout, [.. before?.Tensors ?? [], .. tensors], around));
        if (before is null)
            _launches.Add(launch);
        else
            Replace(before, launch);
        transaction.OnRollback(() =>
        {
            if (before is null)
                _launches.Remove(launch);
            else
                Replace(launch, before);
            foreach (LaunchTensor tensor in tensors)
                _launchOf.Remove(tensor);
        });
        transaction.OnCommit(() => before?.Dispose());
        foreach (LaunchTensor tensor in tensors)
            _launchOf.Add(tensor, launch);
    }

    /// <summary>Lets another launch step the tensors of one, whose numbers in it stay.</summary>
    private void Replace(ScheduledLaunch<TRule> old, ScheduledLaunch<TRule> other)
    {
        _launches[_launches.IndexOf(old)] = other;
        foreach (LaunchTensor tensor in old.Tensors)
            _launchOf[tensor] = other;
    }
}
