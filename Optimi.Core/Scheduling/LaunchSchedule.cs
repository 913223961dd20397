using System.Diagnostics.CodeAnalysis;
using Optimi.Kernels;

namespace Optimi;

/// <summary>Which tensors of an optimizer are stepped by which launch. A tensor gets its launch, and with it its states, when it is first
/// needed and not frozen.</summary>
internal sealed class LaunchSchedule<TRule>(ComputeDevice device) : IDisposable
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    private readonly Dictionary<LaunchTensor, ScheduledLaunch<TRule>> _launchOf = [];
    private readonly List<ScheduledLaunch<TRule>> _launches = [];
    private readonly List<LaunchTensor> _withoutLaunch = [];
    private readonly Transaction _transaction = new();

    /// <summary>The launches so far.</summary>
    public List<ScheduledLaunch<TRule>> Launches => _launches;

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

    /// <summary>As part of something larger: gives launches to the tensors that have none yet and are not frozen.</summary>
    public void Complete(Transaction transaction)
    {
        foreach (ScheduledLaunch<TRule> launch in _launches)
            launch.Memory.Tensors[0].Parameter.Buffer.ThrowIfDisposed();
        if (_withoutLaunch.Count > 0 && _withoutLaunch.Exists(tensor => !tensor.Parameter.Frozen))
            Launch(_withoutLaunch.FindAll(tensor => !tensor.Parameter.Frozen), transaction);
    }

    public void Dispose()
    {
        foreach (ScheduledLaunch<TRule> launch in _launches)
            launch.Dispose();
        _launches.Clear();
        _launchOf.Clear();
    }

    private void Launch(List<LaunchTensor> tensors, Transaction transaction)
    {
        foreach (ParameterBuffer buffer in tensors.Select(tensor => tensor.Parameter.Buffer).Distinct())
            buffer.PlaceAll(transaction);
        foreach (var alike in tensors.GroupBy(tensor => (tensor.Parameter.Place, Layout: LayoutOf(tensor))))
        {
            // In the order of memory, so that tensors of one group are walked as one run.
            LaunchTensor[] ordered = [.. alike.OrderBy(tensor => tensor.Parameter.FirstTile)];
            foreach (ArraySegment<LaunchTensor> launched in OptimizerMemory.Cut(device, alike.Key.Layout, ordered))
                Launch(new OptimizerMemory(device, alike.Key.Layout, alike.Key.Place!, launched), transaction);
        }

        _withoutLaunch.RemoveAll(_launchOf.ContainsKey);
        transaction.OnRollback(() => _withoutLaunch.AddRange(tensors));
    }

    private void Launch(OptimizerMemory memory, Transaction transaction)
    {
        ScheduledLaunch<TRule> launch = transaction.Add(new ScheduledLaunch<TRule>(memory));
        _launches.Add(launch);
        foreach (LaunchTensor tensor in memory.Tensors)
            _launchOf.Add(tensor, launch);
        transaction.OnRollback(() =>
        {
            _launches.Remove(launch);
            foreach (LaunchTensor tensor in memory.Tensors)
                _launchOf.Remove(tensor);
        });
    }

    private static SlotLayout LayoutOf(LaunchTensor tensor) => tensor.Group.Options.LayoutOf(tensor.Parameter.DType);
}
