using Optimi.Kernels;

namespace Optimi;

/// <summary>One launch that steps any number of tensors of any number of groups.</summary>
internal abstract class ForeachLaunch : IDisposable
{
    protected ForeachLaunch(LaunchMemory memory)
    {
        Memory = memory;
        RowOfTensor = GC.AllocateArray<int>(memory.Tensors.Length, pinned: true);
    }

    protected LaunchMemory Memory { get; }

    protected ComputeDevice Device => Memory.Device;

    /// <summary>For each tensor its row of scalars in this step.</summary>
    protected int[] RowOfTensor { get; }

    /// <summary>Forgets the rows of the last step.</summary>
    public virtual void Begin() => Array.Fill(RowOfTensor, Tile.NoRow);

    /// <summary>Lets a tensor take part, with a row of scalars.</summary>
    public void SetRow(LaunchTensor tensor, int row) => RowOfTensor[tensor.Index] = row;

    /// <summary>Steps a range of tensors. The one place where anything is launched.</summary>
    public void Run(LaunchRange range)
    {
        Device.CountLaunches(LaunchesPerRun);
        RunCore(range);
    }

    public virtual void Dispose()
    {
    }

    protected abstract int LaunchesPerRun { get; }

    protected abstract void RunCore(LaunchRange range);

    /// <summary>All slabs as a kernel sees them. An unused slot may be any memory: it is neither read nor written.</summary>
    protected Slabs<TMemory> SlabsAs<TMemory>(Func<Slab, TMemory> see)
        where TMemory : struct
    {
        Slab values = Memory.Place.Values;
        return new()
        {
            Values = see(values),
            Gradients = see(Memory.Place.Gradients),
            Compensation = see(Memory.Compensation ?? values),
            State0 = see(Memory.State(0) ?? values),
            State1 = see(Memory.State(1) ?? values),
            State2 = see(Memory.State(2) ?? values),
            State3 = see(Memory.State(3) ?? values),
        };
    }
}
