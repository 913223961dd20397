using Optimi.Kernels;

namespace Optimi;

/// <summary>One launch that steps any number of tensors of any number of groups.</summary>
internal abstract class ForeachLaunch : IDisposable
{
    private static readonly TensorStep _takesNoPart = new(TensorStep.NoRow, TensorStep.NoCare, 0);

    /// <summary>The first tensor that takes part, and one past the last.</summary>
    private int _first;

    private int _end;

    protected ForeachLaunch(LaunchMemory memory)
    {
        Memory = memory;
        Steps = memory.Device.Allocator.AllocateManaged<TensorStep>(memory.Extents.Length);
        Array.Fill(Steps, _takesNoPart);
    }

    protected LaunchMemory Memory { get; }

    protected ComputeDevice Device => Memory.Device;

    /// <summary>The tensors that are stepped.</summary>
    protected LaunchRange Range { get; private set; }

    /// <summary>Each tensor's part in this step.</summary>
    protected TensorStep[] Steps { get; }

    /// <summary>Forgets the last step, which may have been of few tensors among thousands.</summary>
    public virtual void Begin()
    {
        if (_end > _first)
            Array.Fill(Steps, _takesNoPart, _first, _end - _first);
        (_first, _end) = (Steps.Length, 0);
    }

    /// <summary>Whether a tensor takes part in the step.</summary>
    public bool TakesPart(int tensor) => Steps[tensor].Row != TensorStep.NoRow;

    /// <summary>Lets a tensor take part, from where its memory is now.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="row">Its row of scalars.</param>
    public void TakePart(int tensor, int row)
    {
        Steps[tensor] = new(row, Memory.CareOf(tensor), Memory.Places[tensor].Slots[Slot.Gradients]);
        (_first, _end) = (Math.Min(_first, tensor), Math.Max(_end, tensor + 1));
    }

    /// <summary>Takes notice that the gradient of a tensor that takes part lies elsewhere.</summary>
    public virtual void MoveGradient(int tensor) => Steps[tensor] = Steps[tensor] with
    {
        Care = Memory.CareOf(tensor),
        Gradient = Memory.Places[tensor].Slots[Slot.Gradients],
    };

    /// <summary>Chooses the kernels for the tensors that take part and their rows, begins to compile those that are missing, and allocates
    /// what a run needs.</summary>
    /// <param name="range">The tensors that are stepped, as far as they take part.</param>
    /// <exception cref="DeviceException">The device has no memory left.</exception>
    public virtual void Prepare(LaunchRange range) => Range = range;

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

    /// <summary>Steps what was prepared, after <see cref="AwaitKernels"/>.</summary>
    public abstract void Run();

    /// <summary>Lets go of buffers that are their owner's to free.</summary>
    public virtual void ForgetBuffers() => Memory.ForgetBuffers();

    public virtual void Dispose()
    {
    }
}
