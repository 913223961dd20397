using ILGPU.Runtime;

namespace Optimi;

/// <summary>Work on a device: its CUDA context is current until this is disposed of, and then what was current before.</summary>
internal readonly ref struct ContextScope
{
    private readonly CudaContext? _context;
    private readonly Accelerator? _bound;
    private readonly nint _before;

    /// <param name="context">What was made current.</param>
    /// <param name="before">CUDA's context that was current before.</param>
    /// <param name="bound">The accelerator that ILGPU took to be current before.</param>
    public ContextScope(CudaContext context, nint before, Accelerator? bound)
    {
        _context = context;
        _before = before;
        _bound = bound;
    }

    public void Dispose() => _context?.Restore(_before, _bound);
}
