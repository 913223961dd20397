using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Optimi;

/// <summary>ILGPU's note of which accelerator it has made current on this thread.</summary>
internal static class BoundAccelerator
{
    /// <summary>The note. Setting it makes nothing current.</summary>
    public static Accelerator? Current
    {
        get => Accelerator.Current;
        set => Note(null, value);
    }

    /// <summary>
    /// Disposes of an ILGPU context, so that the thread does not notice. A context has an accelerator of its own for the host, which
    /// binds itself to be disposed of; and whatever is bound by then is unbound, which takes CUDA's current context off the thread's
    /// stack, whosoever it is.
    /// </summary>
    public static void Dispose(Context context)
    {
        Accelerator? bound = Current;
        Current = null;
        try
        {
            context.Dispose();
        }
        finally
        {
            Current = bound;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "set_Current")]
    private static extern void Note(Accelerator? type, Accelerator? current);
}
