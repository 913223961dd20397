using Optimi.Kernels;

namespace Optimi;

/// <summary>One launch that steps any number of tensors of any number of groups.</summary>
internal abstract class ForeachLaunch : IDisposable
{
    protected ForeachLaunch(LaunchMemory memory)
    {
        Memory = memory;
        RowOfTensor = memory.Device.Allocator.AllocateManaged<int>(memory.Extents.Length, isPinned: true);
    }

    protected LaunchMemory Memory { get; }

    protected ComputeDevice Device => Memory.Device;

    /// <summary>For each tensor its row of scalars in this step.</summary>
    protected int[] RowOfTensor { get; }

    /// <summary>Forgets the rows of the last step.</summary>
    public virtual void Begin() => Array.Fill(RowOfTensor, Tile.NoRow);

    /// <summary>Whether a tensor takes part in the step.</summary>
    public bool TakesPart(int tensor) => RowOfTensor[tensor] != Tile.NoRow;

    /// <summary>Lets a tensor take part, with a row of scalars.</summary>
    public void SetRow(int tensor, int row) => RowOfTensor[tensor] = row;

    /// <summary>Chooses the kernels for the rows that were made, begins to compile those that are missing, and allocates what a run needs.</summary>
    /// <exception cref="DeviceException">The device has no memory left.</exception>
    public virtual void Prepare()
    {
    }

    /// <summary>Waits until the kernels that were chosen are compiled.</summary>
    /// <exception cref="DeviceException">One does not compile.</exception>
    public virtual void AwaitKernels()
    {
    }

    /// <summary>Begins to compile the kernels for rows with all terms.</summary>
    public virtual void PrepareFull()
    {
    }

    /// <summary>All kernels that the compiler was asked for.</summary>
    /// <returns>Complete when they are ready.</returns>
    public virtual Task WhenCompiled() => Task.CompletedTask;

    /// <summary>Steps a range of tensors, after <see cref="AwaitKernels"/>.</summary>
    public abstract void Run(LaunchRange range);

    public virtual void Dispose()
    {
    }
}
